-- Passwords. The third wall: the row repeats the person's home, the key ties it to the person's row, and the check ties it to this directory,
-- so a credential for a person homed elsewhere cannot be stored, and a person with a credential cannot be given another home.
CREATE TABLE hearth.credentials (
  directory_id      text NOT NULL,
  user_id           text NOT NULL,
  home_directory_id text NOT NULL CHECK (home_directory_id = directory_id),
  version           bigint NOT NULL CHECK (version > 0),
  phc               text NOT NULL,           -- Argon2id in PHC form, over a keyed digest bound to directory, user and version.
  pepper_key_id     text NOT NULL,
  must_change       boolean NOT NULL,
  expire_time       timestamptz,             -- When a temporary password stops working.
  change_time       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, user_id),
  FOREIGN KEY (directory_id, user_id, home_directory_id)
    REFERENCES hearth.users (directory_id, user_id, home_directory_id) ON DELETE CASCADE
);
ALTER TABLE hearth.credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.credentials USING (directory_id = ANY (hearth.served()));
GRANT INSERT, UPDATE ON hearth.credentials TO :app_role;
