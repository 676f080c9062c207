-- What decides how far roles reach: administrative units, groups, roles that directories define; and whom to ask.

-- Administrative units, and roles that are scoped on them.
CREATE TABLE hearth.administrative_units (
  directory_id text NOT NULL REFERENCES hearth.directories,
  unit_id      text NOT NULL,
  display_name text NOT NULL,
  description  text NOT NULL DEFAULT '',
  restricted   boolean NOT NULL,  -- Only roles on the unit reach its members. Never changed: see the grant below.
  create_time  timestamptz NOT NULL DEFAULT now(),
  update_time  timestamptz NOT NULL DEFAULT now(),
  revision     bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (directory_id, unit_id)
);

CREATE TABLE hearth.administrative_unit_members (
  directory_id text NOT NULL,
  unit_id      text NOT NULL,
  user_id      text NOT NULL,
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, unit_id, user_id),
  FOREIGN KEY (directory_id, unit_id) REFERENCES hearth.administrative_units ON DELETE CASCADE,
  FOREIGN KEY (directory_id, user_id) REFERENCES hearth.users ON DELETE CASCADE
);
CREATE INDEX administrative_unit_members_by_user ON hearth.administrative_unit_members (directory_id, user_id);

-- New keys are checked against the rows that are there, behind the wall of row-level security.
SELECT set_config('hearth.directories', coalesce((SELECT array_agg(directory_id)::text FROM hearth.directories), '{}'), true);
-- A role can be held in the whole directory (unit_id is empty) and on several units besides.
ALTER TABLE hearth.role_assignments
  ADD COLUMN unit_id text NOT NULL DEFAULT '',
  ADD COLUMN scope_unit_id text GENERATED ALWAYS AS (nullif(unit_id, '')) STORED,  -- For the key alone.
  DROP CONSTRAINT role_assignments_pkey,
  ADD PRIMARY KEY (directory_id, user_id, role, unit_id),
  ADD FOREIGN KEY (directory_id, scope_unit_id) REFERENCES hearth.administrative_units ON DELETE CASCADE,
  -- No administrator of a unit is one of the directory or of the platform.
  ADD CHECK (unit_id = '' OR role NOT IN ('global_administrator', 'privileged_role_administrator', 'platform_operator'));
CREATE INDEX role_assignments_by_unit ON hearth.role_assignments (directory_id, scope_unit_id) WHERE scope_unit_id IS NOT NULL;

ALTER TABLE hearth.administrative_units ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.administrative_units FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.administrative_units USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.administrative_unit_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.administrative_unit_members FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.administrative_unit_members USING (directory_id = ANY ((SELECT hearth.served())::text[]));

GRANT INSERT, DELETE ON hearth.administrative_units, hearth.administrative_unit_members TO :app_role;
GRANT UPDATE (display_name, description, update_time, revision) ON hearth.administrative_units TO :app_role;

-- Groups, and the roles that people hold through them.
CREATE TABLE hearth.groups (
  directory_id    text NOT NULL REFERENCES hearth.directories,
  group_id        text NOT NULL,
  display_name    text NOT NULL,
  description     text NOT NULL DEFAULT '',
  role_assignable boolean NOT NULL,  -- Never changed: see the grant below.
  create_time     timestamptz NOT NULL DEFAULT now(),
  update_time     timestamptz NOT NULL DEFAULT now(),
  revision        bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (directory_id, group_id),
  UNIQUE (directory_id, group_id, role_assignable)
);

CREATE TABLE hearth.group_members (
  directory_id text NOT NULL,
  group_id     text NOT NULL,
  user_id      text NOT NULL,
  relation     smallint NOT NULL CHECK (relation IN (1, 2)),  -- hearth.v1.GroupRelation: member, owner
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, group_id, user_id, relation),
  FOREIGN KEY (directory_id, group_id) REFERENCES hearth.groups ON DELETE CASCADE,
  FOREIGN KEY (directory_id, user_id) REFERENCES hearth.users ON DELETE CASCADE
);
CREATE INDEX group_members_by_user ON hearth.group_members (directory_id, user_id);

-- The key repeats that the group is role-assignable, and the check demands it: another group cannot hold a role.
CREATE TABLE hearth.group_role_assignments (
  directory_id    text NOT NULL,
  group_id        text NOT NULL,
  role_assignable boolean NOT NULL DEFAULT true CHECK (role_assignable),
  role            text NOT NULL,
  unit_id         text NOT NULL DEFAULT '',
  scope_unit_id   text GENERATED ALWAYS AS (nullif(unit_id, '')) STORED,
  create_time     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, group_id, role, unit_id),
  FOREIGN KEY (directory_id, group_id, role_assignable) REFERENCES hearth.groups (directory_id, group_id, role_assignable)
    ON DELETE CASCADE,
  FOREIGN KEY (directory_id, scope_unit_id) REFERENCES hearth.administrative_units ON DELETE CASCADE,
  CHECK (role <> 'platform_operator' OR directory_id = 'platform'),
  CHECK (unit_id = '' OR role NOT IN ('global_administrator', 'privileged_role_administrator', 'platform_operator'))
);
CREATE INDEX group_role_assignments_by_unit ON hearth.group_role_assignments (directory_id, scope_unit_id)
  WHERE scope_unit_id IS NOT NULL;

ALTER TABLE hearth.groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.groups FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.groups USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.group_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.group_members FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.group_members USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.group_role_assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.group_role_assignments FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.group_role_assignments USING (directory_id = ANY ((SELECT hearth.served())::text[]));

GRANT INSERT, DELETE ON hearth.groups, hearth.group_members, hearth.group_role_assignments TO :app_role;
GRANT UPDATE (display_name, description, update_time, revision) ON hearth.groups TO :app_role;
GRANT UPDATE (create_time) ON hearth.group_members, hearth.group_role_assignments TO :app_role;  -- To lock rows.

-- Roles that directories define: a name for a set of permissions. In assignments their role is custom.{id}.
CREATE TABLE hearth.custom_roles (
  directory_id   text NOT NULL REFERENCES hearth.directories,
  custom_role_id text NOT NULL,
  display_name   text NOT NULL,
  description    text NOT NULL DEFAULT '',
  permissions    text[] NOT NULL CHECK (NOT 'platform.admin' = ANY (permissions)),
  create_time    timestamptz NOT NULL DEFAULT now(),
  update_time    timestamptz NOT NULL DEFAULT now(),
  revision       bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (directory_id, custom_role_id)
);
ALTER TABLE hearth.custom_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.custom_roles FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.custom_roles USING (directory_id = ANY ((SELECT hearth.served())::text[]));
GRANT INSERT, UPDATE, DELETE ON hearth.custom_roles TO :app_role;

ALTER TABLE hearth.role_assignments
  ADD COLUMN custom_role_id text GENERATED ALWAYS AS (CASE WHEN role LIKE 'custom.%' THEN substr(role, 8) END) STORED,
  ADD FOREIGN KEY (directory_id, custom_role_id) REFERENCES hearth.custom_roles;
ALTER TABLE hearth.group_role_assignments
  ADD COLUMN custom_role_id text GENERATED ALWAYS AS (CASE WHEN role LIKE 'custom.%' THEN substr(role, 8) END) STORED,
  ADD FOREIGN KEY (directory_id, custom_role_id) REFERENCES hearth.custom_roles;
CREATE INDEX role_assignments_by_custom_role ON hearth.role_assignments (directory_id, custom_role_id)
  WHERE custom_role_id IS NOT NULL;
CREATE INDEX group_role_assignments_by_custom_role ON hearth.group_role_assignments (directory_id, custom_role_id)
  WHERE custom_role_id IS NOT NULL;

-- Roles as people hold them, given to themselves or to a group of theirs (group_id). `encoded` is how they reach the server: the role; of a custom
-- role = and its permissions with + between; of a role on a unit @unit, or @!unit when that is restricted.
CREATE VIEW hearth.held_roles WITH (security_invoker = true) AS
SELECT a.directory_id, a.user_id, a.role, a.unit_id,
       a.role || CASE WHEN a.custom_role_id IS NULL THEN '' ELSE '=' || array_to_string(c.permissions, '+') END
              || CASE WHEN a.unit_id = '' THEN '' WHEN n.restricted THEN '@!' || a.unit_id ELSE '@' || a.unit_id END AS encoded,
       a.group_id, a.create_time
FROM (SELECT directory_id, user_id, role, unit_id, scope_unit_id, custom_role_id, NULL::text AS group_id, create_time
      FROM hearth.role_assignments
      UNION ALL
      SELECT g.directory_id, m.user_id, g.role, g.unit_id, g.scope_unit_id, g.custom_role_id, g.group_id, g.create_time
      FROM hearth.group_role_assignments g
      JOIN hearth.group_members m ON m.directory_id = g.directory_id AND m.group_id = g.group_id AND m.relation = 1) a
LEFT JOIN hearth.administrative_units n ON n.directory_id = a.directory_id AND n.unit_id = a.scope_unit_id
LEFT JOIN hearth.custom_roles c ON c.directory_id = a.directory_id AND c.custom_role_id = a.custom_role_id;
GRANT SELECT ON hearth.held_roles TO :app_role;

-- How a directory's people reach its administrators: published, as help_uri is.
ALTER TABLE hearth.directories ADD COLUMN contact text NOT NULL DEFAULT '';

-- A person as in 0007, with roles encoded; and the units (!unit for restricted ones), whether they are member or owner of a role-assignable group, and
-- the contact of their home.
CREATE OR REPLACE VIEW hearth.people WITH (security_invoker = true) AS
SELECT u.directory_id, u.user_id, u.user_principal_name, u.display_name, u.mail, u.user_type,
       CASE WHEN u.home_directory_id = u.directory_id THEN 1 WHEN u.home_directory_id IS NOT NULL THEN 2 ELSE 3 END AS home_kind,
       u.home_directory_id, u.home_issuer, u.invitation_state, u.disabled, u.revision,
       coalesce(d.domain, '') AS home_domain, coalesce(h.help_uri, '') AS home_help_uri,
       coalesce((SELECT string_agg(DISTINCT r.encoded, ',') FROM hearth.held_roles r
                 WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id), '') AS roles,
       c.version IS NOT NULL AS password_set, coalesce(c.must_change, false) AS must_change,
       hearth.micros(c.change_time) AS password_change_time, hearth.micros(c.expire_time) AS password_expire_time,
       hearth.micros(u.sessions_valid_after) AS sessions_valid_after, hearth.micros(u.create_time) AS create_time,
       hearth.micros(u.update_time) AS update_time, hearth.micros(u.delete_time) AS delete_time,
       coalesce(u.delete_time > now() - interval '30 days', false) AS restorable,
       coalesce((SELECT string_agg(CASE WHEN n.restricted THEN '!' ELSE '' END || n.unit_id, ',' ORDER BY n.unit_id COLLATE "C")
                 FROM hearth.administrative_unit_members m
                 JOIN hearth.administrative_units n ON n.directory_id = m.directory_id AND n.unit_id = m.unit_id
                 WHERE m.directory_id = u.directory_id AND m.user_id = u.user_id), '') AS units,
       EXISTS (SELECT 1 FROM hearth.group_members m
               JOIN hearth.groups g ON g.directory_id = m.directory_id AND g.group_id = m.group_id AND g.role_assignable
               WHERE m.directory_id = u.directory_id AND m.user_id = u.user_id) AS privileged_group,
       coalesce(h.contact, '') AS home_contact
FROM hearth.users u
LEFT JOIN hearth.directories h ON h.directory_id = u.home_directory_id
LEFT JOIN hearth.domains d ON d.directory_id = u.home_directory_id AND d.is_primary
LEFT JOIN hearth.credentials c ON c.directory_id = u.directory_id AND c.user_id = u.user_id;

-- As in 0009, with roles encoded.
CREATE OR REPLACE FUNCTION hearth.caller_access(issuers text[], subjects text[])
RETURNS TABLE (ord bigint, directory_id text, issuer_revision bigint, kind text, active boolean, user_principal_name text,
               roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT i.directory_id)::text
    FROM hearth.trusted_issuers i WHERE i.issuer = ANY (issuers)), '{}'), true);
  RETURN QUERY
  SELECT q.ord, i.directory_id, i.revision,
         CASE WHEN u.user_id IS NOT NULL THEN 'person' ELSE 'service' END,
         d.delete_time IS NULL AND ((u.user_id IS NOT NULL AND NOT u.disabled AND u.delete_time IS NULL)
                                    OR (s.service_account_id IS NOT NULL AND NOT s.disabled)),
         coalesce(u.user_principal_name, ''),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id), ''),
         coalesce(array_to_string(s.permissions, ','), '')
  FROM unnest(issuers, subjects) WITH ORDINALITY q(issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.issuer = q.issuer
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  LEFT JOIN hearth.users u ON u.directory_id = i.directory_id AND u.user_id = q.subject
  LEFT JOIN hearth.service_accounts s ON s.directory_id = i.directory_id AND s.service_account_id = q.subject;
END $$;

-- Locks what a caller's roles come from, besides the caller's own row: nothing of it can be taken before the transaction ends.
CREATE FUNCTION hearth.lock_roles(directory text, subject text) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM hearth.role_assignments a WHERE a.directory_id = directory AND a.user_id = subject FOR SHARE;
  PERFORM 1 FROM hearth.group_members m WHERE m.directory_id = directory AND m.user_id = subject FOR SHARE;
  PERFORM 1 FROM hearth.group_role_assignments a
    WHERE a.directory_id = directory AND a.group_id IN
      (SELECT m.group_id FROM hearth.group_members m WHERE m.directory_id = directory AND m.user_id = subject) FOR SHARE;
  PERFORM 1 FROM hearth.custom_roles c
    WHERE c.directory_id = directory AND EXISTS
      (SELECT 1 FROM hearth.held_roles r
       WHERE r.directory_id = directory AND r.user_id = subject AND r.role = 'custom.' || c.custom_role_id) FOR SHARE;
END $$;

-- The same for one caller inside a writing transaction: what the caller holds cannot be taken before it ends. All is locked before it is read, by
-- a statement of its own, so that what was taken while this waited is not read.
CREATE OR REPLACE FUNCTION hearth.lock_caller(directory text, subject text)
RETURNS TABLE (kind text, active boolean, roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  live boolean := EXISTS (SELECT 1 FROM hearth.directories d
                          WHERE d.directory_id = directory AND d.delete_time IS NULL FOR SHARE);
BEGIN
  PERFORM 1 FROM hearth.users WHERE directory_id = directory AND user_id = subject FOR SHARE;
  PERFORM hearth.lock_roles(directory, subject);
  RETURN QUERY
  SELECT 'person', live AND NOT u.disabled AND u.delete_time IS NULL,
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = directory AND r.user_id = subject), ''), ''
  FROM hearth.users u WHERE u.directory_id = directory AND u.user_id = subject;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'service', live AND NOT s.disabled, '', array_to_string(s.permissions, ',') FROM hearth.service_accounts s
                 WHERE s.directory_id = directory AND s.service_account_id = subject FOR SHARE;
  END IF;
END $$;

-- Locks a person, and the role-assignable groups that the person belongs to, against changes until the transaction ends: then the person's roles
-- cannot change either. False when there is no such person.
CREATE FUNCTION hearth.lock_person(directory text, person text) RETURNS boolean
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM hearth.users u WHERE u.directory_id = directory AND u.user_id = person FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM 1 FROM hearth.groups g
    WHERE g.directory_id = directory AND g.role_assignable AND g.group_id IN
      (SELECT m.group_id FROM hearth.group_members m WHERE m.directory_id = directory AND m.user_id = person)
    ORDER BY g.group_id FOR SHARE;
  RETURN true;
END $$;

-- As in 0010, with the contact of the home.
-- Where principal names are at home: by the caller's own listing, else by the domain. kind as in hearth.v1.Home.Kind; 0: nowhere.
DROP FUNCTION hearth.resolve_homes(text[], text[], text[]);
CREATE FUNCTION hearth.resolve_homes(scope text[], directories text[], names text[])
RETURNS TABLE (ord bigint, kind integer, domain text, issuer text, help_uri text, contact text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', scope::text, true);
  RETURN QUERY
  SELECT q.ord,
         CASE WHEN coalesce(u.home_directory_id, m.directory_id) = q.directory_id THEN 1
              WHEN u.home_issuer IS NOT NULL THEN 3
              WHEN coalesce(u.home_directory_id, m.directory_id) IS NOT NULL THEN 2 ELSE 0 END,
         CASE WHEN u.home_issuer IS NULL THEN coalesce(p.domain, '') ELSE '' END,
         coalesce(u.home_issuer, ''),
         CASE WHEN u.home_issuer IS NULL THEN coalesce(h.help_uri, '') ELSE '' END,
         CASE WHEN u.home_issuer IS NULL THEN coalesce(h.contact, '') ELSE '' END
  FROM unnest(directories, names) WITH ORDINALITY q(directory_id, name, ord)
  LEFT JOIN LATERAL (SELECT users.user_id, users.home_directory_id, users.home_issuer FROM hearth.users
                     WHERE users.directory_id = q.directory_id AND users.user_principal_name = q.name AND users.delete_time IS NULL
                     LIMIT 1) u ON true
  LEFT JOIN LATERAL (SELECT domains.directory_id FROM hearth.domains
                     WHERE domains.domain = split_part(q.name, '@', 2) AND domains.delete_time IS NULL AND u.user_id IS NULL
                     LIMIT 1) m ON true
  LEFT JOIN LATERAL (SELECT directories.directory_id, directories.help_uri, directories.contact FROM hearth.directories
                     WHERE directories.directory_id = coalesce(u.home_directory_id, m.directory_id) LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT domains.domain FROM hearth.domains
                     WHERE domains.directory_id = h.directory_id AND domains.is_primary LIMIT 1) p ON true;
END $$;
