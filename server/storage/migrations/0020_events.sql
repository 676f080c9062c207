-- What happens to people, for those who must know at once. Written by triggers, in the transaction of the change, whatever statement makes it: no code
-- can forget it. A sequencer gives each event its place afterwards; server/event/README.md says why.

CREATE SEQUENCE hearth.event_position;
CREATE TABLE hearth.events (
  directory_id         text NOT NULL,
  -- Taken while the person's row is locked: of two events of one person the later one has the higher.
  position             bigint NOT NULL DEFAULT nextval('hearth.event_position'),
  sequence             bigint,                -- The place in the stream; null until the sequencer gave it.
  event_id             uuid NOT NULL DEFAULT gen_random_uuid(),
  type                 smallint NOT NULL,     -- hearth.v1.EventType
  user_id              text NOT NULL,
  user_principal_name  text NOT NULL,
  sessions_valid_after timestamptz,
  credential_version   bigint NOT NULL DEFAULT 0,
  txn                  uuid NOT NULL,         -- The same for all events of one transaction.
  create_time          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, position)
);
CREATE UNIQUE INDEX events_by_sequence ON hearth.events (directory_id, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX events_by_age ON hearth.events (directory_id, create_time);

-- Which events have no place yet. Readable by all, as the outbox is: nothing in it is about anybody.
CREATE TABLE hearth.event_queue (
  directory_id text NOT NULL,
  position     bigint NOT NULL,
  PRIMARY KEY (directory_id, position)
);

-- How far the stream of a directory is.
CREATE TABLE hearth.event_streams (
  directory_id text PRIMARY KEY,
  last         bigint NOT NULL DEFAULT 0,  -- The sequence of the newest event.
  removed      bigint NOT NULL DEFAULT 0   -- The sequence of the newest event that is not kept any more.
);

DO $$
DECLARE guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['events', 'event_queue', 'event_streams'] LOOP
    EXECUTE format('ALTER TABLE hearth.%I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE hearth.%I FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY own ON hearth.%I USING (directory_id = ANY ((SELECT hearth.served())::text[]))', guarded);
  END LOOP;
END $$;
CREATE POLICY read_all ON hearth.event_queue FOR SELECT USING (true);
GRANT INSERT, DELETE ON hearth.events, hearth.event_queue TO :app_role;
GRANT UPDATE (sequence) ON hearth.events TO :app_role;
GRANT INSERT, UPDATE ON hearth.event_streams TO :app_role;

-- One name for all that this transaction does (RFC 8417, 2.2: txn).
CREATE FUNCTION hearth.txn() RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('hearth.txn', true), '') = '' THEN
    PERFORM set_config('hearth.txn', gen_random_uuid()::text, true);
  END IF;
  RETURN current_setting('hearth.txn')::uuid;
END $$;

CREATE FUNCTION hearth.tell(person hearth.users, what integer, version bigint DEFAULT 0) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH told AS (
    INSERT INTO hearth.events (directory_id, type, user_id, user_principal_name, sessions_valid_after, credential_version, txn)
    VALUES (person.directory_id, what, person.user_id, person.user_principal_name,
            CASE WHEN what = 2 THEN person.sessions_valid_after END, version, hearth.txn())
    RETURNING directory_id, position)
  INSERT INTO hearth.event_queue (directory_id, position) SELECT t.directory_id, t.position FROM told t;
END $$;

-- Numbers are those of hearth.v1.EventType. A guest's row follows home (reflect_home), and so does what is told abroad: a reset at home ends the sessions
-- in each directory where the person is a guest, and each is told once.
CREATE FUNCTION hearth.tell_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
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
  could := NOT OLD.disabled AND OLD.delete_time IS NULL AND OLD.home_active;
  can := NOT NEW.disabled AND NEW.delete_time IS NULL AND NEW.home_active;
  IF could <> can THEN
    PERFORM hearth.tell(NEW, CASE WHEN can THEN 5 ELSE 4 END);
  END IF;
  IF NEW.sessions_valid_after > OLD.sessions_valid_after THEN
    PERFORM hearth.tell(NEW, 2);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tell_changed AFTER UPDATE ON hearth.users FOR EACH ROW
  WHEN ((OLD.user_principal_name, OLD.mail, OLD.alternate_mails, OLD.disabled, OLD.delete_time, OLD.home_active, OLD.sessions_valid_after)
        IS DISTINCT FROM (NEW.user_principal_name, NEW.mail, NEW.alternate_mails, NEW.disabled, NEW.delete_time, NEW.home_active,
                          NEW.sessions_valid_after))
  EXECUTE FUNCTION hearth.tell_of_user();
CREATE TRIGGER tell_purged AFTER DELETE ON hearth.users FOR EACH ROW EXECUTE FUNCTION hearth.tell_of_user();

CREATE FUNCTION hearth.tell_of_credential() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person hearth.users;
BEGIN
  SELECT * INTO person FROM hearth.users u WHERE u.directory_id = NEW.directory_id AND u.user_id = NEW.user_id;
  IF TG_OP = 'INSERT' OR NEW.version <> OLD.version THEN
    PERFORM hearth.tell(person, 1, NEW.version);
  END IF;
  IF NEW.must_change AND (TG_OP = 'INSERT' OR NEW.version <> OLD.version OR NOT OLD.must_change) THEN
    PERFORM hearth.tell(person, 3, NEW.version);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tell_credential AFTER INSERT OR UPDATE ON hearth.credentials FOR EACH ROW EXECUTE FUNCTION hearth.tell_of_credential();

CREATE FUNCTION hearth.tell_of_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person hearth.users;
BEGIN
  SELECT * INTO person FROM hearth.users u WHERE u.directory_id = NEW.directory_id AND u.user_id = NEW.user_id;
  PERFORM hearth.tell(person, 9);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_recovery AFTER INSERT OR UPDATE OF link_digest, code_digest ON hearth.reset_tokens FOR EACH ROW
  EXECUTE FUNCTION hearth.tell_of_recovery();

-- Gives the waiting events of up to `most` directories their places, in the order of their positions, and wakes those who listen. One transaction at a
-- time gives places in one directory; another that comes meanwhile passes it by. Returns how many events got one.
CREATE FUNCTION hearth.sequence_events(last_one text, most integer, each_most integer) RETURNS TABLE (directory_id text, events bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  due text[];
BEGIN
  WITH RECURSIVE waiting AS (
    (SELECT q.directory_id FROM hearth.event_queue q WHERE q.directory_id > last_one ORDER BY q.directory_id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.directory_id FROM hearth.event_queue q WHERE q.directory_id > w.directory_id ORDER BY q.directory_id LIMIT 1)
    FROM waiting w WHERE w.directory_id IS NOT NULL
  )
  SELECT array_agg(f.directory_id) INTO due
  FROM (SELECT w.directory_id FROM waiting w WHERE w.directory_id IS NOT NULL LIMIT most) f;
  IF due IS NULL THEN RETURN; END IF;
  PERFORM set_config('hearth.directories', due::text, true);
  INSERT INTO hearth.event_streams (directory_id) SELECT unnest(due) ON CONFLICT DO NOTHING;
  due := array(SELECT s.directory_id FROM hearth.event_streams s WHERE s.directory_id = ANY (due) ORDER BY s.directory_id
               FOR UPDATE SKIP LOCKED);
  -- From here on a statement sees all that was given before: the lock was waited for by none, and its holder has committed.
  RETURN QUERY
  WITH next AS (
    SELECT d.directory_id, q.position, row_number() OVER (PARTITION BY d.directory_id ORDER BY q.position) AS n
    FROM unnest(due) d(directory_id)
    CROSS JOIN LATERAL (SELECT position FROM hearth.event_queue WHERE event_queue.directory_id = d.directory_id
                        ORDER BY position LIMIT each_most) q
  ), placed AS (
    UPDATE hearth.events e SET sequence = s.last + n.n
    FROM next n JOIN hearth.event_streams s ON s.directory_id = n.directory_id
    WHERE e.directory_id = n.directory_id AND e.position = n.position RETURNING e.directory_id
  ), gone AS (
    DELETE FROM hearth.event_queue q USING next n WHERE q.directory_id = n.directory_id AND q.position = n.position
  ), counted AS (
    SELECT p.directory_id, count(*) AS events FROM placed p GROUP BY p.directory_id
  )
  UPDATE hearth.event_streams s SET last = s.last + c.events FROM counted c WHERE s.directory_id = c.directory_id
  RETURNING s.directory_id, c.events;
  IF FOUND THEN
    PERFORM pg_notify('hearth_events', '');
  END IF;
END $$;

-- What a caller holds now, as lock_caller says, without a lock: for streams that go on.
CREATE FUNCTION hearth.read_caller(directory text, subject text)
RETURNS TABLE (kind text, active boolean, roles text, permissions text)
LANGUAGE sql STABLE AS $$
  SELECT 'person', d.delete_time IS NULL AND hearth.may_act(u),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = directory AND r.user_id = subject AND hearth.roles_count(u)), ''), ''
  FROM hearth.users u JOIN hearth.directories d ON d.directory_id = u.directory_id
  WHERE u.directory_id = directory AND u.user_id = subject
  UNION ALL
  SELECT 'service', d.delete_time IS NULL AND NOT s.disabled, '', array_to_string(s.permissions, ',')
  FROM hearth.service_accounts s JOIN hearth.directories d ON d.directory_id = s.directory_id
  WHERE s.directory_id = directory AND s.service_account_id = subject
$$;
