-- The sealer and the sequencer work directory by directory: each statement serves one, since a scope of hundreds costs each look-up a comparison with each of them. Settings
-- and the order of keys name the plan: statistics are young when a deployment is, and a plan made for an empty table reads all of a full one.

DROP FUNCTION hearth.audit_due(text, integer);

-- Locks the trees of directories in which rows wait, in the order of their ids from the one after `last` on, until it has `most`; those that somebody
-- else seals at this moment are passed by. From then on the transaction serves these.
CREATE FUNCTION hearth.audit_lock(last text, most integer) RETURNS TABLE (directory_id text, size bigint, frontier bytea)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
  one    text := last;
  locked text[] := '{}';
BEGIN
  WHILE cardinality(locked) < most LOOP
    SELECT u.directory_id INTO one FROM hearth.audit_unsealed u WHERE u.directory_id > one ORDER BY u.directory_id LIMIT 1;
    EXIT WHEN NOT FOUND;
    PERFORM hearth.serve(ARRAY[one]::text);
    INSERT INTO hearth.audit_trees (directory_id) VALUES (one) ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT t.directory_id, t.size, t.frontier FROM hearth.audit_trees t WHERE t.directory_id = one FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
      locked := locked || one;
    END IF;
  END LOOP;
  PERFORM hearth.serve(locked::text);
END $$;

-- What waits in these directories, at most `each_most` of one, in the order in which it is sealed. BETWEEN and the order say which index finds a row, where
-- an equality leaves a choice. The transaction serves all of them before and after.
CREATE FUNCTION hearth.audit_waiting(directories text[], each_most integer)
RETURNS TABLE (queue_position bigint, directory_id text, event_id uuid, create_time bigint, action text, verdict text, reason text, actor_directory text,
               actor_kind text, rpc text, through_service text, trace_id text, salt bytea, actor text, target text, target_principal_name text, peer text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY directories LOOP
    PERFORM hearth.serve(ARRAY[one]::text);
    RETURN QUERY
    SELECT q.position, one, q.event_id, hearth.micros(e.create_time), e.action, e.verdict, e.reason, e.actor_directory, e.actor_kind, e.rpc,
           e.through_service, e.trace_id, p.salt, p.actor, p.target, p.target_principal_name, p.peer
    FROM (SELECT u.position, u.event_id FROM hearth.audit_unsealed u WHERE u.directory_id = one ORDER BY u.position LIMIT each_most) q
    CROSS JOIN LATERAL (SELECT * FROM hearth.audit_events v WHERE v.directory_id = one AND v.event_id BETWEEN q.event_id AND q.event_id
                        ORDER BY v.event_id LIMIT 1) e
    LEFT JOIN LATERAL (SELECT * FROM hearth.audit_personal o WHERE o.directory_id = one AND o.event_id BETWEEN q.event_id AND q.event_id
                       ORDER BY o.event_id LIMIT 1) p ON true
    ORDER BY q.position;
  END LOOP;
  PERFORM hearth.serve(directories::text);
END $$;

-- Moves the trees on to what was sealed, and takes that out of what waits: of each directory the positions in an array of their own.
CREATE FUNCTION hearth.audit_advance(directories text[], sizes bigint[], frontiers bytea[], positions text[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  place bigint;
BEGIN
  FOR i IN 1..cardinality(directories) LOOP
    PERFORM hearth.serve(ARRAY[directories[i]]::text);
    UPDATE hearth.audit_trees t SET size = sizes[i], frontier = frontiers[i] WHERE t.directory_id = directories[i];
    FOREACH place IN ARRAY positions[i]::bigint[] LOOP
      DELETE FROM hearth.audit_unsealed u WHERE u.directory_id = directories[i] AND u.position = place;
    END LOOP;
  END LOOP;
  PERFORM hearth.serve(directories::text);
END $$;

-- No statement looks for events by their age: what is swept is found by sequence.
DROP INDEX hearth.events_by_age;

-- As before, and one directory at a time.
CREATE OR REPLACE FUNCTION hearth.sequence_events(last_one text, most integer, each_most integer) RETURNS TABLE (directory_id text, events bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  one   text := last_one;
  place bigint;
  done  integer := 0;
BEGIN
  WHILE done < most LOOP
    SELECT q.directory_id INTO one FROM hearth.event_queue q WHERE q.directory_id > one ORDER BY q.directory_id LIMIT 1;
    EXIT WHEN NOT FOUND;
    PERFORM hearth.serve(ARRAY[one]::text);
    INSERT INTO hearth.event_streams (directory_id) VALUES (one) ON CONFLICT DO NOTHING;
    SELECT s.last INTO place FROM hearth.event_streams s WHERE s.directory_id = one FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    -- From here on a statement sees all that was given before: the lock was waited for by none, and its holder has committed.
    RETURN QUERY
    WITH next AS (
      SELECT q.position, row_number() OVER (ORDER BY q.position) AS n
      FROM (SELECT w.position FROM hearth.event_queue w WHERE w.directory_id = one ORDER BY w.position LIMIT each_most) q
    ), placed AS (
      UPDATE hearth.events e SET sequence = place + n.n FROM next n WHERE e.directory_id = one AND e.position = n.position RETURNING e.position
    ), gone AS (
      DELETE FROM hearth.event_queue q USING next n WHERE q.directory_id = one AND q.position = n.position
    )
    UPDATE hearth.event_streams s SET last = place + c.events FROM (SELECT count(*) AS events FROM placed) c
    WHERE s.directory_id = one RETURNING one, c.events;
    done := done + 1;
  END LOOP;
  IF done > 0 THEN
    PERFORM pg_notify('hearth_events', '');
  END IF;
END $$;
