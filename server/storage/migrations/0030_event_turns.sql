-- Receivers take turns: as before, but of each directory one at a time is delivered to, so that one with many slow receivers holds up no other directory.
-- To those of a suspended directory nothing is delivered; what happens there waits.
DROP FUNCTION hearth.take_event_receivers(integer, uuid, integer);
CREATE FUNCTION hearth.take_event_receivers(most integer, lease_id uuid, seconds integer)
RETURNS TABLE (directory_id text, event_receiver_id text, endpoint_uri text, audience text, types text, place bigint, last bigint, removed bigint,
               attempts integer, problem text, verification_id uuid, verification_state text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  due   record;
  taken integer := 0;
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE d.live), '{}'), true);
  FOR due IN
    SELECT w.directory_id, w.event_receiver_id, coalesce(s.last, 0) AS last, coalesce(s.removed, 0) AS removed FROM hearth.event_receivers w
    LEFT JOIN hearth.event_streams s ON s.directory_id = w.directory_id
    WHERE w.due_time <= now() AND w.delivery_method = 1 AND NOT w.paused AND (s.last > w.place OR w.verification_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM hearth.event_receivers o
                      WHERE o.directory_id = w.directory_id AND o.lease IS NOT NULL AND o.due_time > now())
    ORDER BY w.due_time
  LOOP
    EXIT WHEN taken >= most;
    -- Who takes of this directory at this moment takes; others go on to the next.
    CONTINUE WHEN NOT pg_try_advisory_xact_lock(hashtextextended('hearth event deliveries ' || due.directory_id, 0));
    -- From here on a statement sees what was taken before: whoever held the lock has committed.
    RETURN QUERY
    UPDATE hearth.event_receivers r SET lease = lease_id, due_time = now() + seconds * interval '1 second'
    WHERE r.directory_id = due.directory_id AND r.event_receiver_id = due.event_receiver_id AND r.due_time <= now()
      AND NOT EXISTS (SELECT 1 FROM hearth.event_receivers o
                      WHERE o.directory_id = due.directory_id AND o.lease IS NOT NULL AND o.due_time > now())
    RETURNING r.directory_id, r.event_receiver_id, r.endpoint_uri, r.audience, array_to_string(r.types, ','), r.place, due.last, due.removed, r.attempts,
              r.problem, r.verification_id, r.verification_state;
    IF FOUND THEN
      taken := taken + 1;
    END IF;
  END LOOP;
END $$;

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
