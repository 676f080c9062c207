-- Events say the name before a changed one; and the directories where people are guests are told when home is suspended, deleted or back.

-- A changed principal name is told with the one before it: whoever knows the person by that finds them by it.
ALTER TABLE hearth.events ADD COLUMN previous_principal_name text;  -- Of type 8; null in what was told before there was this column.
DROP FUNCTION hearth.tell(hearth.users, integer, bigint);
CREATE FUNCTION hearth.tell(person hearth.users, what integer, version bigint DEFAULT 0, previous_name text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH told AS (
    INSERT INTO hearth.events (directory_id, type, user_id, user_principal_name, previous_principal_name, sessions_valid_after, credential_version, txn)
    VALUES (person.directory_id, what, person.user_id, person.user_principal_name, previous_name,
            CASE WHEN what = 2 THEN person.sessions_valid_after END, version, hearth.txn())
    RETURNING directory_id, position)
  INSERT INTO hearth.event_queue (directory_id, position) SELECT t.directory_id, t.position FROM told t;
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
    PERFORM hearth.tell(NEW, 8, previous_name => OLD.user_principal_name);
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
