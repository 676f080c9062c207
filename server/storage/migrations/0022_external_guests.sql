-- Guests whose home is outside Hearth: issuers that vouch for them, and who they are there.

-- True: the issuer's subjects are no ids of the directory. Never changed, see the grant below: the same subject is somebody else under the other rule.
ALTER TABLE hearth.trusted_issuers ADD COLUMN external_guests boolean NOT NULL DEFAULT false;
REVOKE UPDATE ON hearth.trusted_issuers FROM :app_role;
GRANT UPDATE (audience, jwks, jwks_uri, keys_fetch_time, keys_problem, fetch_failures, next_fetch_time, revision)
  ON hearth.trusted_issuers TO :app_role;

-- Rows are checked below; the owner, too, is behind the wall.
SELECT set_config('hearth.directories', coalesce((SELECT array_agg(directory_id)::text FROM hearth.directories), '{}'), true);
-- Of a guest who redeemed with such an issuer: the `sub` there. With home_issuer it is who they are.
ALTER TABLE hearth.users ADD COLUMN home_subject text
  CONSTRAINT users_home_subject CHECK (home_subject IS NULL OR (home_issuer IS NOT NULL AND invitation_state = 2));
CREATE UNIQUE INDEX users_by_home_subject ON hearth.users (directory_id, home_issuer, home_subject)
  WHERE home_subject IS NOT NULL AND delete_time IS NULL;

-- Whose home moves, or who is to redeem anew, is nobody's identity any more, whatever statement does it; who is restored after the same person
-- became another guest is pending.
CREATE FUNCTION hearth.follow_home_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.home_issuer IS DISTINCT FROM OLD.home_issuer OR NEW.invitation_state <> 2 THEN
    NEW.home_subject := NULL;
  ELSIF OLD.delete_time IS NOT NULL AND NEW.delete_time IS NULL AND EXISTS (
      SELECT 1 FROM hearth.users o WHERE o.directory_id = NEW.directory_id AND o.home_issuer = NEW.home_issuer
      AND o.home_subject = NEW.home_subject AND o.user_id <> NEW.user_id AND o.delete_time IS NULL) THEN
    NEW.home_subject := NULL;
    NEW.invitation_state := 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER follow_home_subject BEFORE UPDATE ON hearth.users FOR EACH ROW WHEN (OLD.home_subject IS NOT NULL)
  EXECUTE FUNCTION hearth.follow_home_subject();

-- As before, and who the caller is in the directory: of an issuer of external guests the guest who redeemed as this subject, nobody (subject is null)
-- when none did.
DROP FUNCTION hearth.caller_access(text[], text[]);
CREATE FUNCTION hearth.caller_access(issuers text[], subjects text[])
RETURNS TABLE (ord bigint, directory_id text, subject text, external boolean, issuer_revision bigint, kind text, active boolean,
               user_principal_name text, roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT i.directory_id)::text
    FROM hearth.trusted_issuers i WHERE i.issuer = ANY (issuers)), '{}'), true);
  RETURN QUERY
  SELECT q.ord, i.directory_id, w.subject, i.external_guests, i.revision,
         CASE WHEN u.user_id IS NOT NULL OR i.external_guests THEN 'person' ELSE 'service' END,
         d.delete_time IS NULL AND ((u.user_id IS NOT NULL AND hearth.may_act(u))
                                    OR (s.service_account_id IS NOT NULL AND NOT s.disabled)),
         coalesce(u.user_principal_name, ''),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id AND hearth.roles_count(u)), ''),
         coalesce(array_to_string(s.permissions, ','), '')
  FROM unnest(issuers, subjects) WITH ORDINALITY q(issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.issuer = q.issuer
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  LEFT JOIN LATERAL (SELECT users.user_id FROM hearth.users
                     WHERE i.external_guests AND users.directory_id = i.directory_id AND users.home_issuer = i.issuer
                     AND users.home_subject = q.subject AND users.delete_time IS NULL LIMIT 1) g ON true
  CROSS JOIN LATERAL (SELECT CASE WHEN i.external_guests THEN g.user_id ELSE q.subject END AS subject) w
  LEFT JOIN hearth.users u ON u.directory_id = i.directory_id AND u.user_id = w.subject
  LEFT JOIN hearth.service_accounts s ON s.directory_id = i.directory_id AND s.service_account_id = w.subject
    AND NOT i.external_guests;
END $$;
