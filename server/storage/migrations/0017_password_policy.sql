-- What passwords must be in each directory, and the last ones that people had where it asks for that.

-- hearth.v1.PasswordPolicy; a directory without a row has the default one.
CREATE TABLE hearth.password_policies (
  directory_id text PRIMARY KEY REFERENCES hearth.directories,
  policy       jsonb NOT NULL,  -- The message by its field names, without name, etag and times; it is only ever read whole.
  history      smallint NOT NULL CHECK (history BETWEEN 0 AND 24),  -- Its field, for remember_password.
  update_time  timestamptz NOT NULL DEFAULT now(),
  revision     bigint NOT NULL DEFAULT 1
);

-- Passwords that people had before the present one. The same third wall as hearth.credentials: only people homed here.
CREATE TABLE hearth.password_history (
  directory_id      text NOT NULL,
  user_id           text NOT NULL,
  home_directory_id text NOT NULL CHECK (home_directory_id = directory_id),
  version           bigint NOT NULL CHECK (version > 0),
  phc               text NOT NULL,
  pepper_key_id     text NOT NULL,
  PRIMARY KEY (directory_id, user_id, version),
  FOREIGN KEY (directory_id, user_id, home_directory_id)
    REFERENCES hearth.users (directory_id, user_id, home_directory_id) ON DELETE CASCADE
);

-- Whatever statement replaces a password: it is remembered as long as the policy counts it among the last, the present one being the first of those.
CREATE FUNCTION hearth.remember_password() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  remembered integer := coalesce((SELECT p.history FROM hearth.password_policies p WHERE p.directory_id = OLD.directory_id), 0);
BEGIN
  IF remembered > 1 THEN
    INSERT INTO hearth.password_history (directory_id, user_id, home_directory_id, version, phc, pepper_key_id)
    VALUES (OLD.directory_id, OLD.user_id, OLD.home_directory_id, OLD.version, OLD.phc, OLD.pepper_key_id)
    ON CONFLICT DO NOTHING;
  END IF;
  DELETE FROM hearth.password_history
  WHERE directory_id = OLD.directory_id AND user_id = OLD.user_id AND version <= NEW.version - remembered;
  RETURN NULL;
END $$;
CREATE TRIGGER remember_password AFTER UPDATE ON hearth.credentials FOR EACH ROW WHEN (OLD.version <> NEW.version)
  EXECUTE FUNCTION hearth.remember_password();

-- Whoever has no password any more, because their home goes elsewhere, has no past ones: the third wall would refuse the move.
CREATE FUNCTION hearth.forget_passwords() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM hearth.password_history WHERE directory_id = OLD.directory_id AND user_id = OLD.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER forget_passwords AFTER DELETE ON hearth.credentials FOR EACH ROW EXECUTE FUNCTION hearth.forget_passwords();

ALTER TABLE hearth.password_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.password_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.password_policies USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.password_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.password_history FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.password_history USING (directory_id = ANY ((SELECT hearth.served())::text[]));

GRANT INSERT, UPDATE, DELETE ON hearth.password_policies TO :app_role;
GRANT INSERT, DELETE ON hearth.password_history TO :app_role;
