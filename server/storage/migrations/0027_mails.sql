-- The language that a directory writes to a person in, before the language of a request and its own. BCP 47; empty: not known.
ALTER TABLE hearth.users ADD COLUMN preferred_language text NOT NULL DEFAULT '' CHECK (preferred_language ~ '^[A-Za-z0-9-]{0,35}$');

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
       NOT u.home_active OR coalesce(u.home_directory_id <> u.directory_id AND h.delete_time IS NOT NULL, false) AS disabled_at_home,
       u.sponsor_id, hearth.micros(i.expire_time) AS invitation_expire_time,
       array_to_string(u.alternate_mails, ' ') AS alternate_mails, u.preferred_language
FROM hearth.users u
LEFT JOIN hearth.directories h ON h.directory_id = u.home_directory_id
LEFT JOIN hearth.domains d ON d.directory_id = u.home_directory_id AND d.is_primary
LEFT JOIN hearth.credentials c ON c.directory_id = u.directory_id AND c.user_id = u.user_id
LEFT JOIN hearth.invitations i ON i.directory_id = u.directory_id AND i.user_id = u.user_id;

-- What is set aside (4) keeps its values until it expires, so that it can be sent again; an administrator can discard it (5).
ALTER TABLE hearth.mails DROP CONSTRAINT mails_state_check, DROP CONSTRAINT mails_check1,
  ADD CONSTRAINT mails_state CHECK (state IN (1, 2, 3, 4, 5)),  -- Waiting, sent, expired, set aside, discarded.
  ADD CONSTRAINT mails_sealed CHECK (state = 4 OR (state = 1) = (sealed IS NOT NULL));
CREATE INDEX mails_set_aside ON hearth.mails (directory_id, end_time, mail_id) WHERE state = 4;

-- In the order in which mails are claimed.
CREATE INDEX outbox_due ON hearth.outbox (directory_id, due_time, position);
DROP INDEX hearth.outbox_by_directory;

-- As before, but in the order of the index and row by row, whatever the planner believes of the sizes: it read all mails of a directory, also those of
-- weeks ago, for each claim.
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

-- Resets: as before, but in the order of the index and row by row, whatever the planner believes of a table that grows by thousands of rows a second:
-- it read all requests of a day for each sixty-four that it took.
CREATE OR REPLACE FUNCTION hearth.take_reset_intents(most integer, lease interval)
RETURNS TABLE (directory_id text, handle_digest bytea, attempts smallint) LANGUAGE plpgsql SET enable_sort = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE NOT d.purged), '{}'), true);
  RETURN QUERY
  UPDATE hearth.reset_intents i SET due_time = now() + lease, attempts = i.attempts + 1
  WHERE i.ctid = ANY (ARRAY(SELECT n.ctid FROM hearth.reset_intents n WHERE n.done_time IS NULL AND n.due_time <= now()
                            ORDER BY n.due_time LIMIT most FOR UPDATE SKIP LOCKED))
  RETURNING i.directory_id, i.handle_digest, i.attempts;
END $$;
