-- Reference tables: how a caller and a home are found. Readable by all; a write must state its directory.
CREATE TABLE hearth.directories (
  directory_id text PRIMARY KEY CHECK (directory_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL,
  help_uri     text NOT NULL DEFAULT '',
  create_time  timestamptz NOT NULL DEFAULT now(),
  update_time  timestamptz NOT NULL DEFAULT now(),
  delete_time  timestamptz,
  purged       boolean NOT NULL DEFAULT false,  -- The contents are gone; the id is never given out again.
  revision     bigint NOT NULL DEFAULT 1
);

CREATE TABLE hearth.domains (
  domain       text PRIMARY KEY CHECK (domain = lower(domain)),
  directory_id text NOT NULL REFERENCES hearth.directories,
  is_primary   boolean NOT NULL DEFAULT false,
  create_time  timestamptz NOT NULL DEFAULT now(),
  update_time  timestamptz NOT NULL DEFAULT now(),
  delete_time  timestamptz,
  revision     bigint NOT NULL DEFAULT 1,
  CHECK (NOT (is_primary AND delete_time IS NOT NULL))
);
CREATE UNIQUE INDEX domains_primary ON hearth.domains (directory_id) WHERE is_primary;
CREATE INDEX domains_by_directory ON hearth.domains (directory_id, domain);

CREATE SEQUENCE hearth.issuer_revision;
CREATE TABLE hearth.trusted_issuers (
  directory_id text NOT NULL REFERENCES hearth.directories,
  issuer_id    text NOT NULL,
  issuer       text NOT NULL UNIQUE,  -- One issuer vouches for one directory, for ever.
  audience     text NOT NULL,
  jwks         text NOT NULL,
  revision     bigint NOT NULL DEFAULT nextval('hearth.issuer_revision'),
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, issuer_id)
);

ALTER TABLE hearth.directories ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.directories FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON hearth.directories FOR SELECT USING (true);
CREATE POLICY own ON hearth.directories FOR ALL USING (directory_id = ANY (hearth.served()));
ALTER TABLE hearth.domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.domains FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON hearth.domains FOR SELECT USING (true);
CREATE POLICY own ON hearth.domains FOR ALL USING (directory_id = ANY (hearth.served()));
ALTER TABLE hearth.trusted_issuers ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.trusted_issuers FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON hearth.trusted_issuers FOR SELECT USING (true);
CREATE POLICY own ON hearth.trusted_issuers FOR ALL USING (directory_id = ANY (hearth.served()));

GRANT INSERT, UPDATE ON hearth.directories TO :app_role;
GRANT INSERT, UPDATE, DELETE ON hearth.domains, hearth.trusted_issuers TO :app_role;
