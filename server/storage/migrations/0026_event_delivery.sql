-- Receivers that ask (RFC 8936), that are paused, changed, and verified.
ALTER TABLE hearth.event_receivers
  ADD COLUMN delivery_method    smallint NOT NULL DEFAULT 1 CHECK (delivery_method IN (1, 2)),  -- hearth.v1.EventDeliveryMethod
  ADD COLUMN paused             boolean NOT NULL DEFAULT false,
  -- Of one that asks: the sequences after `place` that it settled already, though not all before them.
  ADD COLUMN settled            bigint[] NOT NULL DEFAULT '{}' CHECK (cardinality(settled) <= 500),
  ADD COLUMN verification_id    uuid,                      -- The verification event that waits to be delivered.
  ADD COLUMN verification_state text NOT NULL DEFAULT '' CHECK (octet_length(verification_state) <= 1024),
  ADD COLUMN verified_time      timestamptz,
  ADD COLUMN revision           bigint NOT NULL DEFAULT 1,
  DROP CONSTRAINT event_receivers_endpoint_uri_check,
  ADD CONSTRAINT event_receivers_endpoint_uri_check
    CHECK (CASE delivery_method WHEN 1 THEN endpoint_uri LIKE 'https://%' ELSE endpoint_uri = '' END);

-- As before, of those to whom events are posted and who are not paused; also when a verification event is all there is.
DROP FUNCTION hearth.take_event_receivers(integer, uuid, integer);
CREATE FUNCTION hearth.take_event_receivers(most integer, lease_id uuid, seconds integer)
RETURNS TABLE (directory_id text, event_receiver_id text, endpoint_uri text, audience text, types text, place bigint, last bigint, removed bigint,
               attempts integer, verification_id uuid, verification_state text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE d.delete_time IS NULL), '{}'), true);
  RETURN QUERY
  UPDATE hearth.event_receivers r SET lease = lease_id, due_time = now() + seconds * interval '1 second'
  FROM (SELECT w.directory_id, w.event_receiver_id, coalesce(s.last, 0) AS last, coalesce(s.removed, 0) AS removed FROM hearth.event_receivers w
        LEFT JOIN hearth.event_streams s ON s.directory_id = w.directory_id
        WHERE w.due_time <= now() AND w.delivery_method = 1 AND NOT w.paused AND (s.last > w.place OR w.verification_id IS NOT NULL)
        ORDER BY w.due_time LIMIT most FOR UPDATE OF w SKIP LOCKED) t
  WHERE r.directory_id = t.directory_id AND r.event_receiver_id = t.event_receiver_id
  RETURNING r.directory_id, r.event_receiver_id, r.endpoint_uri, r.audience, array_to_string(r.types, ','), r.place, t.last, t.removed, r.attempts,
            r.verification_id, r.verification_state;
END $$;

-- Heads are thinned. Under load there are ten a second; each proves all rows before it, so that of those that are a day old the last of an hour is enough,
-- and of those older than the directory keeps its rows the last of a day. A head goes only while the next one of its hour, or day, is there.
ALTER TABLE hearth.audit_trees
  ADD COLUMN hourly bigint NOT NULL DEFAULT 0,  -- Heads of up to so many rows were thinned to one an hour,
  ADD COLUMN daily  bigint NOT NULL DEFAULT 0;  -- and to one a day.
CREATE FUNCTION hearth.refuse_early_thinning() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept record;
  next timestamptz;
  span text;
BEGIN
  SELECT * INTO kept FROM hearth.audit_kept(OLD.directory_id);
  SELECT h.seal_time INTO next FROM hearth.audit_heads h WHERE h.directory_id = OLD.directory_id AND h.size > OLD.size ORDER BY h.size LIMIT 1;
  span := CASE WHEN OLD.seal_time < kept.since THEN 'day' ELSE 'hour' END;
  IF OLD.seal_time < now() - interval '1 day' AND date_trunc(span, OLD.seal_time, 'UTC') = date_trunc(span, next, 'UTC') THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit is kept' USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER append_only ON hearth.audit_heads;
CREATE TRIGGER append_only BEFORE UPDATE ON hearth.audit_heads FOR EACH ROW EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON hearth.audit_heads FOR EACH ROW EXECUTE FUNCTION hearth.refuse_early_thinning();
GRANT DELETE ON hearth.audit_heads TO :app_role;
