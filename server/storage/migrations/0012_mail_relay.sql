-- How directories present themselves in mails, and how the relay claims what is due.
CREATE TABLE hearth.mail_settings (
  directory_id text PRIMARY KEY REFERENCES hearth.directories,
  sender_name  text NOT NULL DEFAULT '' CHECK (char_length(sender_name) <= 128),
  color        text NOT NULL DEFAULT '#1f4e79' CHECK (color ~ '^#[0-9a-f]{6}$'),
  support_uri  text NOT NULL DEFAULT '' CHECK (support_uri = '' OR support_uri LIKE 'https://%'),
  language     text NOT NULL DEFAULT 'en' CHECK (language ~ '^[A-Za-z0-9-]{1,35}$'),
  time_zone    text NOT NULL DEFAULT 'Etc/UTC' CHECK (octet_length(time_zone) BETWEEN 1 AND 64),
  update_time  timestamptz NOT NULL DEFAULT now(),
  revision     bigint NOT NULL DEFAULT 1
);
ALTER TABLE hearth.mail_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.mail_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.mail_settings USING (directory_id = ANY ((SELECT hearth.served())::text[]));
GRANT INSERT, UPDATE, DELETE ON hearth.mail_settings TO :app_role;

-- Serves each directory by itself, so that one with a flood of mails does not hold up the others.
CREATE INDEX outbox_by_directory ON hearth.outbox (directory_id, due_time);
DROP INDEX hearth.outbox_by_due_time;

-- Claims mails that are due, at most `most`, for `seconds`: who claims sends them, and says under `lease_id` what became of them; after that
-- time anybody may claim them again. Directories take turns, in the order of their ids, beginning after `last`. Of a mailbox only the first
-- mail is ever claimed. Sets the scope of the transaction to the directories that it found, and returns everything that sending needs.
CREATE FUNCTION hearth.claim_mails(last text, most integer, lease_id uuid, seconds integer)
RETURNS TABLE (directory_id text, mail_id uuid, attempts integer, recipient text, template smallint, languages text, message_id text,
               key_id text, sealed bytea, create_time bigint, expire_time bigint, remaining bigint,
               directory_name text, sender_name text, color text, support_uri text, language text, time_zone text)
LANGUAGE plpgsql AS $$
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
    WITH ready AS (
      SELECT o.mail_id FROM hearth.outbox o
      WHERE o.directory_id = one AND o.due_time <= now()
        AND NOT EXISTS (SELECT 1 FROM hearth.outbox e
                        WHERE e.directory_id = o.directory_id AND e.mailbox = o.mailbox AND e.position < o.position)
      ORDER BY o.due_time, o.position LIMIT share FOR UPDATE OF o SKIP LOCKED
    ), claimed AS (
      UPDATE hearth.outbox o SET lease = lease_id, due_time = now() + seconds * interval '1 second', attempts = o.attempts + 1
      FROM ready r WHERE o.directory_id = one AND o.mail_id = r.mail_id RETURNING o.mail_id, o.attempts, o.position
    )
    SELECT m.directory_id, m.mail_id, c.attempts, m.recipient, m.template, m.languages, m.message_id, m.key_id, m.sealed,
           hearth.micros(m.create_time), hearth.micros(m.expire_time), hearth.micros(m.expire_time) - hearth.micros(now()),
           d.display_name, coalesce(s.sender_name, ''), coalesce(s.color, '#1f4e79'),
           coalesce(nullif(s.support_uri, ''), d.help_uri), coalesce(s.language, 'en'), coalesce(s.time_zone, 'Etc/UTC')
    FROM claimed c
    JOIN hearth.mails m ON m.directory_id = one AND m.mail_id = c.mail_id
    JOIN hearth.directories d ON d.directory_id = one
    LEFT JOIN hearth.mail_settings s ON s.directory_id = one
    ORDER BY c.position;
  END LOOP;
END $$;
