-- Tokens with which a platform operator registers: hearthd bootstrap makes them, BootstrapPlatform uses each at most once.
CREATE TABLE hearth.bootstrap_tokens (
  directory_id text NOT NULL CHECK (directory_id = 'platform') REFERENCES hearth.directories,
  digest       bytea NOT NULL,  -- Keyed; the token itself is stored nowhere.
  create_time  timestamptz NOT NULL DEFAULT now(),
  expire_time  timestamptz NOT NULL,
  PRIMARY KEY (directory_id, digest)
);
ALTER TABLE hearth.bootstrap_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.bootstrap_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.bootstrap_tokens USING (directory_id = ANY ((SELECT hearth.served())::text[]));
GRANT DELETE ON hearth.bootstrap_tokens TO :app_role;  -- Never INSERT: the server cannot make one.
