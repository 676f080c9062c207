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
