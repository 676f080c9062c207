-- Who calls, as in 0022, but services and people apart: nearly all calls are of services, whose statement is short. Nobody is both (claim_subject).
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
  SELECT q.ord, i.directory_id, q.subject, false, i.revision, 'service', d.delete_time IS NULL AND NOT s.disabled,
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
         d.delete_time IS NULL AND u.user_id IS NOT NULL AND hearth.may_act(u),
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
