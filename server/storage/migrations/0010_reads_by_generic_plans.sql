-- The batched reads, fit for one generic plan (hearthd asks for those): each key is one index look-up (LATERAL … LIMIT 1), whatever the statistics
-- say. Left to itself PostgreSQL planned anew at each call, for the number of keys in it, which took most of the time of the call.

-- STABLE, as extract is, so that it is inlined. Exact for the times we hold: whole microseconds until the year 2255 fit a double.
CREATE OR REPLACE FUNCTION hearth.micros(t timestamptz) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$ SELECT (date_part('epoch', t) * 1000000)::bigint $$;

-- The scope is parsed once a statement, not once a row.
DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT tablename FROM pg_policies WHERE schemaname = 'hearth' AND policyname = 'own' LOOP
    EXECUTE format('ALTER POLICY own ON hearth.%I USING (directory_id = ANY ((SELECT hearth.served())::text[]))', guarded.tablename);
  END LOOP;
END $$;

-- Guests (user type GUEST, or homed elsewhere), each looked for in its own caller's directory. `scope`: those directories, each once.
DROP FUNCTION hearth.get_guests(text[], text[]);
CREATE FUNCTION hearth.get_guests(scope text[], directories text[], users text[]) RETURNS SETOF hearth.people
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('hearth.directories', scope::text, true);
  RETURN QUERY
  SELECT p.* FROM unnest(directories, users) q(directory_id, user_id)
  CROSS JOIN LATERAL (SELECT * FROM hearth.people WHERE people.directory_id = q.directory_id AND people.user_id = q.user_id LIMIT 1) p
  WHERE p.delete_time IS NULL AND (p.user_type = 2 OR p.home_kind <> 1);
END $$;

-- Where principal names are at home: by the caller's own listing, else by the domain. kind as in hearth.v1.Home.Kind; 0: nowhere.
DROP FUNCTION hearth.resolve_homes(text[], text[]);
CREATE FUNCTION hearth.resolve_homes(scope text[], directories text[], names text[])
RETURNS TABLE (ord bigint, kind integer, domain text, issuer text, help_uri text)
LANGUAGE plpgsql AS $$
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
         CASE WHEN u.home_issuer IS NULL THEN coalesce(h.help_uri, '') ELSE '' END
  FROM unnest(directories, names) WITH ORDINALITY q(directory_id, name, ord)
  LEFT JOIN LATERAL (SELECT users.user_id, users.home_directory_id, users.home_issuer FROM hearth.users
                     WHERE users.directory_id = q.directory_id AND users.user_principal_name = q.name AND users.delete_time IS NULL
                     LIMIT 1) u ON true
  LEFT JOIN LATERAL (SELECT domains.directory_id FROM hearth.domains
                     WHERE domains.domain = split_part(q.name, '@', 2) AND domains.delete_time IS NULL AND u.user_id IS NULL
                     LIMIT 1) m ON true
  LEFT JOIN LATERAL (SELECT directories.directory_id, directories.help_uri FROM hearth.directories
                     WHERE directories.directory_id = coalesce(u.home_directory_id, m.directory_id) LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT domains.domain FROM hearth.domains
                     WHERE domains.directory_id = h.directory_id AND domains.is_primary LIMIT 1) p ON true;
END $$;
