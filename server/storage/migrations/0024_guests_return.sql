-- What a guest is after a restoration, and what a conversion leaves behind; what guests who see only themselves can ask.

-- Rows are changed below; the owner, too, is behind the wall.
SELECT set_config('hearth.directories', coalesce((SELECT array_agg(directory_id)::text FROM hearth.directories), '{}'), true);

-- Who leaves, or whose home ends it, is linked to nobody from then on. Of those who were deleted before it is not known who ended it: restored, they
-- redeem anew.
UPDATE hearth.users SET home_identity = NULL, invitation_state = 1, consent_time = NULL
 WHERE delete_time IS NOT NULL AND home_identity IS NOT NULL;

-- As before, and who is at home elsewhere by now, so that this home vouches for them no more, cannot act until they are at home there again (as
-- reflect_home says of those who were not removed).
CREATE OR REPLACE FUNCTION hearth.return_guest() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  serving text := coalesce(current_setting('hearth.directories', true), '');
  home hearth.users;
  home_is_here boolean;
  again boolean;
BEGIN
  PERFORM hearth.serve(ARRAY[NEW.home_directory_id]::text);
  SELECT * INTO home FROM hearth.users h WHERE h.directory_id = NEW.home_directory_id AND h.identity = NEW.home_identity FOR SHARE;
  again := EXISTS (SELECT 1 FROM hearth.memberships m WHERE m.directory_id = home.directory_id AND m.user_id = home.user_id
                   AND m.resource_directory_id = NEW.directory_id);
  PERFORM hearth.serve(serving);
  IF home.user_id IS NULL OR again THEN
    NEW.home_identity := NULL;
    NEW.invitation_state := 1;
    RETURN NEW;
  END IF;
  home_is_here := home.home_directory_id IS NOT DISTINCT FROM home.directory_id;
  NEW.home_active := home_is_here AND NOT home.disabled AND home.delete_time IS NULL;
  NEW.sessions_valid_after := greatest(NEW.sessions_valid_after, home.sessions_valid_after);
  IF home_is_here THEN
    NEW.mail := home.mail;
    IF NOT hearth.name_taken(NEW.directory_id, NEW.user_id, home.user_principal_name) THEN
      NEW.user_principal_name := home.user_principal_name;
    END IF;
  END IF;
  RETURN NEW;
END $$;

-- As before, and what they asked the administrators for here is over: whoever is at home elsewhere is helped there.
CREATE OR REPLACE FUNCTION hearth.forget_resets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM hearth.reset_tokens WHERE directory_id = OLD.directory_id AND user_id = OLD.user_id;
  UPDATE hearth.reset_requests SET state = 6, end_time = now()
   WHERE directory_id = OLD.directory_id AND user_id = OLD.user_id AND state IN (1, 2);
  NEW.alternate_mails := '{}';
  RETURN NEW;
END $$;
-- And of those who went before this.
UPDATE hearth.reset_requests r SET state = 6, end_time = now() FROM hearth.users u
 WHERE u.directory_id = r.directory_id AND u.user_id = r.user_id AND u.home_directory_id IS DISTINCT FROM u.directory_id AND r.state IN (1, 2);

-- As before, but a guest who sees themselves only (restrict_guests) is answered by the domain alone: who is listed here is not theirs to find out.
-- `askers`: the ids of those who ask, in their directories.
DROP FUNCTION hearth.resolve_homes(text[], text[], text[]);
CREATE FUNCTION hearth.resolve_homes(scope text[], directories text[], askers text[], names text[])
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
  FROM unnest(directories, askers, names) WITH ORDINALITY q(directory_id, asker, name, ord)
  LEFT JOIN LATERAL (SELECT true AS restricted FROM hearth.guest_policies
                     WHERE guest_policies.directory_id = q.directory_id AND guest_policies.restrict_guests LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT true AS blind FROM hearth.users
                     WHERE r.restricted AND users.directory_id = q.directory_id AND users.user_id = q.asker AND users.user_type = 2
                     LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT users.user_id, users.home_directory_id, users.home_issuer FROM hearth.users
                     WHERE b.blind IS NULL AND users.directory_id = q.directory_id AND users.user_principal_name = q.name
                     AND users.delete_time IS NULL LIMIT 1) u ON true
  LEFT JOIN LATERAL (SELECT domains.directory_id FROM hearth.domains
                     WHERE domains.domain = split_part(q.name, '@', 2) AND domains.delete_time IS NULL AND u.user_id IS NULL
                     LIMIT 1) m ON true
  LEFT JOIN LATERAL (SELECT directories.directory_id, directories.help_uri, directories.contact FROM hearth.directories
                     WHERE directories.directory_id = coalesce(u.home_directory_id, m.directory_id) LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT domains.domain FROM hearth.domains
                     WHERE domains.directory_id = h.directory_id AND domains.is_primary LIMIT 1) p ON true;
END $$;
