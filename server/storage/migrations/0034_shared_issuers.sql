-- Several directories can trust one issuer with guests from outside, each once and by an audience of its own. An issuer of a directory's own people stays that
-- directory's alone: whoever else could register it would choose audiences that make its tokens fit two directories, which is to fit none.
ALTER TABLE hearth.trusted_issuers DROP CONSTRAINT trusted_issuers_issuer_key;
ALTER TABLE hearth.trusted_issuers
  ADD CONSTRAINT trusted_issuers_audience UNIQUE (issuer, audience),
  ADD CONSTRAINT trusted_issuers_once UNIQUE (directory_id, issuer);

-- What an issuer is never changes (0022), so it is asked when it is registered: a row that may not be is not inserted, as with ON CONFLICT DO NOTHING.
CREATE FUNCTION hearth.keep_own_issuers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('issuer/' || NEW.issuer, 0));
  IF EXISTS (SELECT 1 FROM hearth.trusted_issuers o
             WHERE o.issuer = NEW.issuer AND NOT (o.external_guests AND NEW.external_guests)) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_own_issuers BEFORE INSERT ON hearth.trusted_issuers FOR EACH ROW EXECUTE FUNCTION hearth.keep_own_issuers();

-- As before, in the directory that the token was verified for; `others` are the token's other audiences, each an array. Nobody for a token that fits another
-- directory, too.
DROP FUNCTION hearth.caller_access(text[], text[]);
CREATE FUNCTION hearth.caller_access(directories text[], issuers text[], subjects text[], others text[])
RETURNS TABLE (ord bigint, directory_id text, subject text, external boolean, issuer_revision bigint, kind text, active boolean,
               user_principal_name text, roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  services bigint;
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT i.directory_id)::text
    FROM unnest(directories, issuers) q(directory, issuer)
    JOIN hearth.trusted_issuers i ON i.directory_id = q.directory AND i.issuer = q.issuer), '{}'), true);
  RETURN QUERY
  SELECT q.ord, i.directory_id, q.subject, false, i.revision, 'service', d.live AND NOT s.disabled,
         '', '', array_to_string(s.permissions, ',')
  FROM unnest(directories, issuers, subjects) WITH ORDINALITY q(directory, issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.directory_id = q.directory AND i.issuer = q.issuer AND NOT i.external_guests
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
  FROM unnest(directories, issuers, subjects, others) WITH ORDINALITY q(directory, issuer, subject, others, ord)
  JOIN hearth.trusted_issuers i ON i.directory_id = q.directory AND i.issuer = q.issuer
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  LEFT JOIN LATERAL (SELECT users.user_id FROM hearth.users
                     WHERE i.external_guests AND users.directory_id = i.directory_id AND users.home_issuer = i.issuer
                     AND users.home_subject = q.subject AND users.delete_time IS NULL LIMIT 1) g ON true
  CROSS JOIN LATERAL (SELECT CASE WHEN i.external_guests THEN g.user_id ELSE q.subject END AS subject) w
  LEFT JOIN hearth.users u ON u.directory_id = i.directory_id AND u.user_id = w.subject
  WHERE (i.external_guests OR NOT EXISTS (SELECT 1 FROM hearth.service_accounts s
                                          WHERE s.directory_id = i.directory_id AND s.service_account_id = q.subject))
    AND NOT EXISTS (SELECT 1 FROM hearth.trusted_issuers o
                    WHERE o.issuer = q.issuer AND o.directory_id <> q.directory AND o.audience = ANY (q.others::text[]));
END $$;
