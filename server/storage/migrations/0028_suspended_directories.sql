-- Directories that operators of the platform suspend: all they have stays, and nobody acts in them or from them.
ALTER TABLE hearth.directories ADD COLUMN suspend_time timestamptz
  CONSTRAINT directories_platform_acts CHECK (suspend_time IS NULL OR directory_id <> 'platform');
-- Whether anybody can act in it, in one place for all who ask.
ALTER TABLE hearth.directories ADD COLUMN live boolean GENERATED ALWAYS AS (delete_time IS NULL AND suspend_time IS NULL) STORED;

-- As before, but they ask whether the directory is live.
CREATE OR REPLACE FUNCTION hearth.may_act(u hearth.users) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT u.disabled AND u.delete_time IS NULL AND u.invitation_state <> 1 AND u.home_active
     AND (u.home_directory_id = u.directory_id OR NOT EXISTS (
            SELECT 1 FROM hearth.directories h WHERE h.directory_id = u.home_directory_id AND NOT h.live))
$$;

CREATE OR REPLACE FUNCTION hearth.caller_access(issuers text[], subjects text[])
RETURNS TABLE (ord bigint, directory_id text, subject text, external boolean, issuer_revision bigint, kind text, active boolean,
               user_principal_name text, roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  services bigint;
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT i.directory_id)::text
    FROM hearth.trusted_issuers i WHERE i.issuer = ANY (issuers)), '{}'), true);
  RETURN QUERY
  SELECT q.ord, i.directory_id, q.subject, false, i.revision, 'service', d.live AND NOT s.disabled,
         '', '', array_to_string(s.permissions, ',')
  FROM unnest(issuers, subjects) WITH ORDINALITY q(issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.issuer = q.issuer AND NOT i.external_guests
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  JOIN hearth.service_accounts s ON s.directory_id = i.directory_id AND s.service_account_id = q.subject;
  GET DIAGNOSTICS services = ROW_COUNT;
  IF services = cardinality(issuers) THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT q.ord, i.directory_id, w.subject, i.external_guests, i.revision,
         CASE WHEN u.user_id IS NOT NULL OR i.external_guests THEN 'person' ELSE 'service' END,
         d.live AND u.user_id IS NOT NULL AND hearth.may_act(u),
         coalesce(u.user_principal_name, ''),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id AND hearth.roles_count(u)), ''),
         ''
  FROM unnest(issuers, subjects) WITH ORDINALITY q(issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.issuer = q.issuer
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  LEFT JOIN LATERAL (SELECT users.user_id FROM hearth.users
                     WHERE i.external_guests AND users.directory_id = i.directory_id AND users.home_issuer = i.issuer
                     AND users.home_subject = q.subject AND users.delete_time IS NULL LIMIT 1) g ON true
  CROSS JOIN LATERAL (SELECT CASE WHEN i.external_guests THEN g.user_id ELSE q.subject END AS subject) w
  LEFT JOIN hearth.users u ON u.directory_id = i.directory_id AND u.user_id = w.subject
  WHERE i.external_guests OR NOT EXISTS (SELECT 1 FROM hearth.service_accounts s
                                         WHERE s.directory_id = i.directory_id AND s.service_account_id = q.subject);
END $$;

CREATE OR REPLACE FUNCTION hearth.certificate_callers(identities text[])
RETURNS TABLE (identity text, directory_id text, service_account_id text, active boolean, permissions text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT c.directory_id)::text
    FROM hearth.certificate_identities c WHERE c.identity = ANY (identities)), '{}'), true);
  RETURN QUERY
  SELECT c.identity, c.directory_id, c.service_account_id, d.live AND NOT s.disabled,
         array_to_string(s.permissions, ',')
  FROM hearth.certificate_identities c
  JOIN hearth.directories d ON d.directory_id = c.directory_id
  JOIN hearth.service_accounts s ON s.directory_id = c.directory_id AND s.service_account_id = c.service_account_id
  WHERE c.identity = ANY (identities);
END $$;

CREATE OR REPLACE FUNCTION hearth.lock_caller(directory text, subject text)
RETURNS TABLE (kind text, active boolean, roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  live boolean := EXISTS (SELECT 1 FROM hearth.directories d
                          WHERE d.directory_id = directory AND d.live FOR SHARE);
BEGIN
  PERFORM 1 FROM hearth.users WHERE directory_id = directory AND user_id = subject FOR SHARE;
  PERFORM hearth.lock_roles(directory, subject);
  RETURN QUERY
  SELECT 'person', live AND hearth.may_act(u),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = directory AND r.user_id = subject AND hearth.roles_count(u)), ''), ''
  FROM hearth.users u WHERE u.directory_id = directory AND u.user_id = subject;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'service', live AND NOT s.disabled, '', array_to_string(s.permissions, ',') FROM hearth.service_accounts s
                 WHERE s.directory_id = directory AND s.service_account_id = subject FOR SHARE;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION hearth.read_caller(directory text, subject text)
RETURNS TABLE (kind text, active boolean, roles text, permissions text)
LANGUAGE sql STABLE AS $$
  SELECT 'person', d.live AND hearth.may_act(u),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = directory AND r.user_id = subject AND hearth.roles_count(u)), ''), ''
  FROM hearth.users u JOIN hearth.directories d ON d.directory_id = u.directory_id
  WHERE u.directory_id = directory AND u.user_id = subject
  UNION ALL
  SELECT 'service', d.live AND NOT s.disabled, '', array_to_string(s.permissions, ',')
  FROM hearth.service_accounts s JOIN hearth.directories d ON d.directory_id = s.directory_id
  WHERE s.directory_id = directory AND s.service_account_id = subject
$$;

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
       coalesce(h.contact, '') AS home_contact,
       NOT u.home_active OR coalesce(u.home_directory_id <> u.directory_id AND NOT h.live, false) AS disabled_at_home,
       u.sponsor_id, hearth.micros(i.expire_time) AS invitation_expire_time,
       array_to_string(u.alternate_mails, ' ') AS alternate_mails, u.preferred_language
FROM hearth.users u
LEFT JOIN hearth.directories h ON h.directory_id = u.home_directory_id
LEFT JOIN hearth.domains d ON d.directory_id = u.home_directory_id AND d.is_primary
LEFT JOIN hearth.credentials c ON c.directory_id = u.directory_id AND c.user_id = u.user_id
LEFT JOIN hearth.invitations i ON i.directory_id = u.directory_id AND i.user_id = u.user_id;
