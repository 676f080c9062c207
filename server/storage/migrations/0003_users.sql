-- People as one directory lists them, their roles there, and the services that call for the directory.
CREATE TABLE hearth.users (
  directory_id          text NOT NULL REFERENCES hearth.directories,
  user_id               text NOT NULL,
  user_principal_name   text NOT NULL CHECK (user_principal_name = lower(user_principal_name)),
  display_name          text NOT NULL,
  mail                  text NOT NULL DEFAULT '',
  user_type             smallint NOT NULL CHECK (user_type IN (1, 2)),          -- hearth.v1.UserType
  home_directory_id     text REFERENCES hearth.directories,                     -- Where the password is, if it is in Hearth.
  home_issuer           text,                                                   -- Who authenticates the person, if not.
  invitation_state      smallint NOT NULL DEFAULT 0 CHECK (invitation_state IN (0, 1, 2)),  -- hearth.v1.InvitationState
  disabled              boolean NOT NULL DEFAULT false,
  sessions_valid_after  timestamptz NOT NULL DEFAULT now(),
  create_time           timestamptz NOT NULL DEFAULT now(),
  update_time           timestamptz NOT NULL DEFAULT now(),
  delete_time           timestamptz,
  revision              bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (directory_id, user_id),
  UNIQUE (directory_id, user_id, home_directory_id),
  CHECK (num_nonnulls(home_directory_id, home_issuer) = 1),
  -- Only people from elsewhere are invited, and they always are.
  CHECK ((home_directory_id IS NOT DISTINCT FROM directory_id) = (invitation_state = 0))
);
CREATE UNIQUE INDEX users_by_principal_name ON hearth.users (directory_id, user_principal_name) WHERE delete_time IS NULL;
CREATE INDEX users_deleted ON hearth.users (directory_id, delete_time) WHERE delete_time IS NOT NULL;

CREATE TABLE hearth.role_assignments (
  directory_id text NOT NULL,
  user_id      text NOT NULL,
  role         text NOT NULL,  -- hearth.v1.Role in lower case, without its prefix.
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, user_id, role),
  FOREIGN KEY (directory_id, user_id) REFERENCES hearth.users ON DELETE CASCADE,
  CHECK (role <> 'platform_operator' OR directory_id = 'platform')
);
CREATE INDEX role_assignments_by_role ON hearth.role_assignments (directory_id, role);

CREATE TABLE hearth.service_accounts (
  directory_id       text NOT NULL REFERENCES hearth.directories,
  service_account_id text NOT NULL,
  display_name       text NOT NULL,
  permissions        text[] NOT NULL CHECK (NOT 'platform.admin' = ANY (permissions)),
  create_time        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, service_account_id)
);

-- Whether an id of the directory is free for a person or a service account: it is the `sub` of tokens, so the two never share one. True
-- holds the id until the transaction ends; volatile, so that it sees what was committed while it waited.
CREATE FUNCTION hearth.claim_subject(directory text, subject text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(directory || '/' || subject, 0));
  RETURN NOT EXISTS (SELECT 1 FROM hearth.users u WHERE u.directory_id = directory AND u.user_id = subject)
     AND NOT EXISTS (SELECT 1 FROM hearth.service_accounts s
                     WHERE s.directory_id = directory AND s.service_account_id = subject);
END $$;

ALTER TABLE hearth.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.users FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.users USING (directory_id = ANY (hearth.served()));
ALTER TABLE hearth.role_assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.role_assignments FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.role_assignments USING (directory_id = ANY (hearth.served()));
ALTER TABLE hearth.service_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.service_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.service_accounts USING (directory_id = ANY (hearth.served()));

GRANT INSERT, UPDATE, DELETE ON hearth.users, hearth.role_assignments, hearth.service_accounts TO :app_role;
