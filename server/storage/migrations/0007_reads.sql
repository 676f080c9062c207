-- One shape of a person for every reader, and the batched reads: one statement for many calls, each row under its own caller's directory.

-- A person with home, roles and password status. security_invoker: row-level security sees the reader, not the owner.
CREATE VIEW hearth.people WITH (security_invoker = true) AS
SELECT u.directory_id, u.user_id, u.user_principal_name, u.display_name, u.mail, u.user_type,
       CASE WHEN u.home_directory_id = u.directory_id THEN 1 WHEN u.home_directory_id IS NOT NULL THEN 2 ELSE 3 END AS home_kind,
       u.home_directory_id, u.home_issuer, u.invitation_state, u.disabled, u.revision,
       coalesce(d.domain, '') AS home_domain, coalesce(h.help_uri, '') AS home_help_uri,
       coalesce((SELECT string_agg(r.role, ',' ORDER BY r.role) FROM hearth.role_assignments r
                 WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id), '') AS roles,
       c.version IS NOT NULL AS password_set, coalesce(c.must_change, false) AS must_change,
       hearth.micros(c.change_time) AS password_change_time, hearth.micros(c.expire_time) AS password_expire_time,
       hearth.micros(u.sessions_valid_after) AS sessions_valid_after, hearth.micros(u.create_time) AS create_time,
       hearth.micros(u.update_time) AS update_time, hearth.micros(u.delete_time) AS delete_time,
       coalesce(u.delete_time > now() - interval '30 days', false) AS restorable
FROM hearth.users u
LEFT JOIN hearth.directories h ON h.directory_id = u.home_directory_id
LEFT JOIN hearth.domains d ON d.directory_id = u.home_directory_id AND d.is_primary
LEFT JOIN hearth.credentials c ON c.directory_id = u.directory_id AND c.user_id = u.user_id;
GRANT SELECT ON hearth.people TO :app_role;

-- Who the callers are and what they hold now. One row for each pair whose issuer is registered.
CREATE FUNCTION hearth.caller_access(issuers text[], subjects text[])
RETURNS TABLE (ord bigint, directory_id text, issuer_revision bigint, kind text, active boolean, user_principal_name text,
               roles text, permissions text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT i.directory_id)::text
    FROM hearth.trusted_issuers i WHERE i.issuer = ANY (issuers)), '{}'), true);
  RETURN QUERY
  SELECT q.ord, i.directory_id, i.revision,
         CASE WHEN u.user_id IS NOT NULL THEN 'person' ELSE 'service' END,
         d.delete_time IS NULL AND ((u.user_id IS NOT NULL AND NOT u.disabled AND u.delete_time IS NULL)
                                    OR s.service_account_id IS NOT NULL),
         coalesce(u.user_principal_name, ''),
         coalesce((SELECT string_agg(r.role, ',') FROM hearth.role_assignments r
                   WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id), ''),
         coalesce(array_to_string(s.permissions, ','), '')
  FROM unnest(issuers, subjects) WITH ORDINALITY q(issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.issuer = q.issuer
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  LEFT JOIN hearth.users u ON u.directory_id = i.directory_id AND u.user_id = q.subject
  LEFT JOIN hearth.service_accounts s ON s.directory_id = i.directory_id AND s.service_account_id = q.subject;
END $$;

-- The same for one caller inside a writing transaction: the caller's row and roles cannot change before it ends.
CREATE FUNCTION hearth.lock_caller(directory text, subject text)
RETURNS TABLE (kind text, active boolean, roles text, permissions text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  live boolean := EXISTS (SELECT 1 FROM hearth.directories d
                          WHERE d.directory_id = directory AND d.delete_time IS NULL FOR SHARE);
BEGIN
  RETURN QUERY
  WITH u AS (SELECT * FROM hearth.users WHERE directory_id = directory AND user_id = subject FOR SHARE),
       r AS (SELECT role FROM hearth.role_assignments WHERE directory_id = directory AND user_id = subject FOR SHARE)
  SELECT 'person', live AND NOT u.disabled AND u.delete_time IS NULL,
         coalesce((SELECT string_agg(r.role, ',') FROM r), ''), '' FROM u;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'service', live, '', array_to_string(s.permissions, ',') FROM hearth.service_accounts s
                 WHERE s.directory_id = directory AND s.service_account_id = subject FOR SHARE;
  END IF;
END $$;

-- Guests (user type GUEST, or homed elsewhere), each looked for in its own caller's directory.
CREATE FUNCTION hearth.get_guests(directories text[], users text[]) RETURNS TABLE (ord bigint, person hearth.people)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('hearth.directories', directories::text, true);
  RETURN QUERY
  SELECT q.ord, p FROM unnest(directories, users) WITH ORDINALITY q(directory_id, user_id, ord)
  JOIN hearth.people p ON p.directory_id = q.directory_id AND p.user_id = q.user_id
  WHERE p.delete_time IS NULL AND (p.user_type = 2 OR p.home_kind <> 1);
END $$;

-- Where principal names are at home: by the caller's own listing, else by the domain. kind as in hearth.v1.Home.Kind; 0: nowhere.
CREATE FUNCTION hearth.resolve_homes(directories text[], names text[])
RETURNS TABLE (ord bigint, kind integer, domain text, issuer text, help_uri text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', directories::text, true);
  RETURN QUERY
  SELECT q.ord,
         CASE WHEN coalesce(u.home_directory_id, m.directory_id) = q.directory_id THEN 1
              WHEN u.home_issuer IS NOT NULL THEN 3
              WHEN coalesce(u.home_directory_id, m.directory_id) IS NOT NULL THEN 2 ELSE 0 END,
         CASE WHEN u.home_issuer IS NULL THEN coalesce(p.domain, '') ELSE '' END,
         coalesce(u.home_issuer, ''),
         CASE WHEN u.home_issuer IS NULL THEN coalesce(h.help_uri, '') ELSE '' END
  FROM unnest(directories, names) WITH ORDINALITY q(directory_id, name, ord)
  LEFT JOIN hearth.users u ON u.directory_id = q.directory_id AND u.user_principal_name = q.name AND u.delete_time IS NULL
  LEFT JOIN hearth.domains m ON m.domain = split_part(q.name, '@', 2) AND m.delete_time IS NULL AND u.user_id IS NULL
  LEFT JOIN hearth.directories h ON h.directory_id = coalesce(u.home_directory_id, m.directory_id)
  LEFT JOIN hearth.domains p ON p.directory_id = h.directory_id AND p.is_primary;
END $$;
