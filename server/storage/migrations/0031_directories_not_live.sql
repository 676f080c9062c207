-- Directories that are suspended or deleted write to nobody, and the directories where their people are guests are told.

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

-- Whether the home of a guest is live, as the directory here was last told. What guests may do is asked of home itself (may_act); this is for events.
ALTER TABLE hearth.users ADD COLUMN home_live boolean NOT NULL DEFAULT true;

-- Homes that became live, or are so no longer, and how far their guests abroad are told: up to this membership. Readable by all, as the queue of events is.
CREATE TABLE hearth.home_news (
  directory_id          text PRIMARY KEY REFERENCES hearth.directories,
  user_id               text NOT NULL DEFAULT '',
  resource_directory_id text NOT NULL DEFAULT ''
);
ALTER TABLE hearth.home_news ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.home_news FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.home_news USING (directory_id = ANY ((SELECT hearth.served())::text[]));
CREATE POLICY read_all ON hearth.home_news FOR SELECT USING (true);
GRANT INSERT, UPDATE, DELETE ON hearth.home_news TO :app_role;
-- Those of before.
SELECT set_config('hearth.directories', coalesce((SELECT array_agg(directory_id)::text FROM hearth.directories), '{}'), true);
INSERT INTO hearth.home_news (directory_id) SELECT directory_id FROM hearth.directories WHERE NOT live AND NOT purged;

-- In the transaction of the change only this is noted: a home may have a million guests abroad. A change while they are told begins again, and waits
-- for the batch at hand.
CREATE FUNCTION hearth.note_home() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  serving text := coalesce(current_setting('hearth.directories', true), '');
BEGIN
  PERFORM hearth.serve(ARRAY[NEW.directory_id]::text);
  INSERT INTO hearth.home_news (directory_id) VALUES (NEW.directory_id)
  ON CONFLICT (directory_id) DO UPDATE SET user_id = '', resource_directory_id = '';
  PERFORM hearth.serve(serving);
  RETURN NULL;
END $$;
CREATE TRIGGER note_home AFTER UPDATE ON hearth.directories FOR EACH ROW WHEN (OLD.live <> NEW.live) EXECUTE FUNCTION hearth.note_home();

-- Tells the guests of the next `most` memberships of one such home, and ends their sessions when it is not live; who is told already is left alone, so it
-- may be done again. Returns how much was done; 0: nothing waits. A home that somebody else tells of is passed by.
CREATE FUNCTION hearth.tell_of_homes(most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  news   hearth.home_news;
  people text[];
  abroad text[];
  guests text[];
  active boolean;
BEGIN
  PERFORM hearth.serve(coalesce((SELECT array_agg(n.directory_id)::text FROM hearth.home_news n), '{}'));
  SELECT * INTO news FROM hearth.home_news n ORDER BY n.directory_id LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT d.live INTO active FROM hearth.directories d WHERE d.directory_id = news.directory_id;
  SELECT array_agg(m.user_id ORDER BY m.user_id, m.resource_directory_id), array_agg(m.resource_directory_id ORDER BY m.user_id, m.resource_directory_id),
         array_agg(m.guest_id ORDER BY m.user_id, m.resource_directory_id) INTO people, abroad, guests
  FROM (SELECT * FROM hearth.memberships n WHERE n.directory_id = news.directory_id
          AND (n.user_id, n.resource_directory_id) > (news.user_id, news.resource_directory_id)
        ORDER BY n.user_id, n.resource_directory_id LIMIT most) m;
  IF people IS NULL THEN
    DELETE FROM hearth.home_news n WHERE n.directory_id = news.directory_id;
    RETURN 1;
  END IF;
  PERFORM hearth.serve((abroad || news.directory_id)::text);
  UPDATE hearth.users g SET home_live = active, update_time = now(), revision = g.revision + 1,
    sessions_valid_after = CASE WHEN active OR g.disabled OR g.delete_time IS NOT NULL OR NOT g.home_active THEN g.sessions_valid_after
                                ELSE greatest(g.sessions_valid_after, now()) END
  FROM unnest(abroad, guests) t(directory_id, user_id)
  WHERE g.directory_id = t.directory_id AND g.user_id = t.user_id AND g.home_directory_id = news.directory_id AND g.home_live <> active;
  UPDATE hearth.home_news n SET user_id = people[cardinality(people)], resource_directory_id = abroad[cardinality(abroad)]
  WHERE n.directory_id = news.directory_id;
  RETURN cardinality(people);
END $$;

-- Who gets another home, or comes back, is as live as that home.
CREATE FUNCTION hearth.follow_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.home_live := NEW.home_directory_id IS NOT DISTINCT FROM NEW.directory_id
    OR coalesce((SELECT d.live FROM hearth.directories d WHERE d.directory_id = NEW.home_directory_id), true);
  RETURN NEW;
END $$;
CREATE TRIGGER follow_home BEFORE UPDATE ON hearth.users FOR EACH ROW
  WHEN ((OLD.home_directory_id, OLD.home_identity, OLD.delete_time) IS DISTINCT FROM (NEW.home_directory_id, NEW.home_identity, NEW.delete_time))
  EXECUTE FUNCTION hearth.follow_home();

-- As before, and a home that is not live disables its people abroad.
CREATE OR REPLACE FUNCTION hearth.tell_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  could boolean;
  can   boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM hearth.tell(OLD, 6);
    RETURN NULL;
  END IF;
  IF OLD.user_principal_name <> NEW.user_principal_name THEN
    PERFORM hearth.tell(NEW, 8);
  END IF;
  IF (OLD.mail, OLD.alternate_mails) IS DISTINCT FROM (NEW.mail, NEW.alternate_mails) AND NEW.home_directory_id = NEW.directory_id THEN
    PERFORM hearth.tell(NEW, 7);
  END IF;
  could := NOT OLD.disabled AND OLD.delete_time IS NULL AND OLD.home_active AND OLD.home_live;
  can := NOT NEW.disabled AND NEW.delete_time IS NULL AND NEW.home_active AND NEW.home_live;
  IF could <> can THEN
    PERFORM hearth.tell(NEW, CASE WHEN can THEN 5 ELSE 4 END);
  END IF;
  IF NEW.sessions_valid_after > OLD.sessions_valid_after THEN
    PERFORM hearth.tell(NEW, 2);
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER tell_changed ON hearth.users;
CREATE TRIGGER tell_changed AFTER UPDATE ON hearth.users FOR EACH ROW
  WHEN ((OLD.user_principal_name, OLD.mail, OLD.alternate_mails, OLD.disabled, OLD.delete_time, OLD.home_active, OLD.home_live,
         OLD.sessions_valid_after)
        IS DISTINCT FROM (NEW.user_principal_name, NEW.mail, NEW.alternate_mails, NEW.disabled, NEW.delete_time, NEW.home_active, NEW.home_live,
                          NEW.sessions_valid_after))
  EXECUTE FUNCTION hearth.tell_of_user();
