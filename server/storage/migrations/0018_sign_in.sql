-- Wrong passwords, and what follows; and versions of passwords that never begin again.

-- The version of the last password that the person had here, while they have none: what was made for that version stays worthless when they get
-- another one, after their home was elsewhere for a while.
ALTER TABLE hearth.users ADD COLUMN credential_version bigint NOT NULL DEFAULT 0 CHECK (credential_version >= 0);
CREATE FUNCTION hearth.keep_credential_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE hearth.users SET credential_version = OLD.version WHERE directory_id = OLD.directory_id AND user_id = OLD.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_credential_version AFTER DELETE ON hearth.credentials FOR EACH ROW
  EXECUTE FUNCTION hearth.keep_credential_version();

-- hearth.v1.SignInPolicy; a directory without a row has the default one.
CREATE TABLE hearth.sign_in_policies (
  directory_id             text PRIMARY KEY REFERENCES hearth.directories,
  lockout_threshold        integer NOT NULL,
  lockout_duration         interval NOT NULL,
  max_lockout_duration     interval NOT NULL,
  familiar_source_lifetime interval NOT NULL,
  update_time              timestamptz NOT NULL DEFAULT now(),
  revision                 bigint NOT NULL DEFAULT 1
);

-- How often wrong passwords were tried for whom: a keyed digest of the person, or of a name that is nobody's. No foreign key to the person: it
-- would make tries for people take longer than tries for nobody.
CREATE TABLE hearth.sign_in_counts (
  directory_id            text NOT NULL REFERENCES hearth.directories,
  subject                 bytea NOT NULL CHECK (length(subject) = 32),
  user_id                 text NOT NULL DEFAULT '',  -- Empty: nobody's.
  familiar_failures       integer NOT NULL DEFAULT 0,
  familiar_lockouts       integer NOT NULL DEFAULT 0,
  familiar_locked_until   timestamptz,
  unfamiliar_failures     integer NOT NULL DEFAULT 0,
  unfamiliar_lockouts     integer NOT NULL DEFAULT 0,
  unfamiliar_locked_until timestamptz,
  consecutive_failures    integer NOT NULL DEFAULT 0,
  tried                   bytea NOT NULL DEFAULT '' CHECK (length(tried) IN (0, 32, 64, 96)),  -- Keyed digests of the last three, newest last.
  update_time             timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, subject)
);
CREATE INDEX sign_in_counts_by_user ON hearth.sign_in_counts (directory_id, user_id) WHERE user_id <> '';

-- From where people have signed in: keyed digests of what the sign-in service calls the place.
CREATE TABLE hearth.familiar_sources (
  directory_id text NOT NULL,
  user_id      text NOT NULL,
  source       bytea NOT NULL CHECK (length(source) = 32),
  last_time    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, user_id, source),
  FOREIGN KEY (directory_id, user_id) REFERENCES hearth.users ON DELETE CASCADE
);

ALTER TABLE hearth.sign_in_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.sign_in_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.sign_in_policies USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.sign_in_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.sign_in_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.sign_in_counts USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.familiar_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.familiar_sources FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.familiar_sources USING (directory_id = ANY ((SELECT hearth.served())::text[]));

GRANT INSERT, UPDATE, DELETE ON hearth.sign_in_policies, hearth.sign_in_counts, hearth.familiar_sources TO :app_role;

-- Whole microseconds of a span of time without months.
CREATE FUNCTION hearth.span_micros(span interval) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT (extract(epoch FROM span) * 1000000)::bigint $$;
