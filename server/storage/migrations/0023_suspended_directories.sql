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

-- And services and people apart: nearly all calls are of services, whose statement is short. Nobody is both (claim_subject).
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

-- The digests of requests, too, are of live directories only.
CREATE OR REPLACE FUNCTION hearth.reset_digests_due() RETURNS TABLE (directory_id text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE d.live), '{}'), true);
  RETURN QUERY SELECT DISTINCT r.directory_id FROM hearth.reset_requests r WHERE r.state = 1 AND NOT r.noticed;
END $$;
