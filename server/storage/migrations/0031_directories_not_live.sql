-- Directories that are suspended or deleted write to nobody.

-- As before, but only of live directories: what the others have waiting goes out if they are live again in time, and expires else. One look at the
-- directory's row for each that has mails; no mail is read.
CREATE OR REPLACE FUNCTION hearth.claim_mails(last text, most integer, lease_id uuid, seconds integer)
RETURNS TABLE (directory_id text, mail_id uuid, attempts integer, recipient text, template smallint, languages text, message_id text,
               key_id text, sealed bytea, create_time bigint, expire_time bigint, remaining bigint,
               directory_name text, sender_name text, color text, support_uri text, language text, time_zone text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  due   text[];
  share integer;
  one   text;
BEGIN
  WITH RECURSIVE waiting AS (
    (SELECT o.directory_id FROM hearth.outbox o WHERE o.directory_id > last ORDER BY o.directory_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.directory_id FROM hearth.outbox o WHERE o.directory_id > w.directory_id ORDER BY o.directory_id LIMIT 1)
    FROM waiting w WHERE w.directory_id IS NOT NULL
  )
  SELECT array_agg(f.directory_id) INTO due FROM (
    SELECT w.directory_id FROM waiting w WHERE w.directory_id IS NOT NULL
      AND EXISTS (SELECT 1 FROM hearth.directories d WHERE d.directory_id = w.directory_id AND d.live)
      AND EXISTS (SELECT 1 FROM hearth.outbox o WHERE o.directory_id = w.directory_id AND o.due_time <= now())
    LIMIT most) f;
  IF due IS NULL THEN RETURN; END IF;
  PERFORM set_config('hearth.directories', due::text, true);
  share := ceil(most::numeric / cardinality(due));
  FOREACH one IN ARRAY due LOOP
    RETURN QUERY
    WITH ready AS MATERIALIZED (
      SELECT o.ctid AS place FROM hearth.outbox o
      WHERE o.directory_id = one AND o.due_time <= now()
        AND NOT EXISTS (SELECT 1 FROM hearth.outbox e
                        WHERE e.directory_id = o.directory_id AND e.mailbox = o.mailbox AND e.position < o.position)
      ORDER BY o.due_time, o.position LIMIT share FOR UPDATE OF o SKIP LOCKED
    ), claimed AS (
      UPDATE hearth.outbox o SET lease = lease_id, due_time = now() + seconds * interval '1 second', attempts = o.attempts + 1
      WHERE o.ctid = ANY (ARRAY(SELECT r.place FROM ready r)) RETURNING o.mail_id, o.attempts, o.position
    )
    SELECT one, c.mail_id, c.attempts, m.recipient, m.template, m.languages, m.message_id, m.key_id, m.sealed,
           hearth.micros(m.create_time), hearth.micros(m.expire_time), hearth.micros(m.expire_time) - hearth.micros(now()),
           d.display_name, coalesce(s.sender_name, ''), coalesce(s.color, '#1f4e79'),
           coalesce(nullif(s.support_uri, ''), d.help_uri), coalesce(s.language, 'en'), coalesce(s.time_zone, 'Etc/UTC')
    FROM claimed c
    CROSS JOIN LATERAL (SELECT * FROM hearth.mails n WHERE n.directory_id = one AND n.mail_id = c.mail_id LIMIT 1) m
    JOIN hearth.directories d ON d.directory_id = one
    LEFT JOIN hearth.mail_settings s ON s.directory_id = one
    ORDER BY c.position;
  END LOOP;
END $$;

-- As before, but only of live directories.
CREATE OR REPLACE FUNCTION hearth.reset_digests_due() RETURNS TABLE (directory_id text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE d.live), '{}'), true);
  RETURN QUERY SELECT DISTINCT r.directory_id FROM hearth.reset_requests r WHERE r.state = 1 AND NOT r.noticed;
END $$;
