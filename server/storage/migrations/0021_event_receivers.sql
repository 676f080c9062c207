-- Where events are delivered as Security Event Tokens, and how far the delivery is.
CREATE TABLE hearth.event_receivers (
  directory_id      text NOT NULL REFERENCES hearth.directories,
  event_receiver_id text NOT NULL,
  endpoint_uri      text NOT NULL CHECK (endpoint_uri LIKE 'https://%'),
  audience          text NOT NULL,
  types             smallint[] NOT NULL DEFAULT '{}',   -- hearth.v1.EventType; empty: all.
  place             bigint NOT NULL,                    -- The sequence of the last event that was delivered, or need not be.
  lease             uuid,                               -- Whose attempt runs, until due_time.
  due_time          timestamptz NOT NULL DEFAULT now(), -- No attempt before.
  attempts          integer NOT NULL DEFAULT 0,         -- That failed since the last success.
  problem           text NOT NULL DEFAULT '' CHECK (octet_length(problem) <= 400),
  create_time       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, event_receiver_id)
);
ALTER TABLE hearth.event_receivers ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.event_receivers FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.event_receivers USING (directory_id = ANY ((SELECT hearth.served())::text[]));
GRANT INSERT, UPDATE, DELETE ON hearth.event_receivers TO :app_role;

-- Takes receivers for which there is something, of any directory, for the length of the lease. One courier gets each; others go on to the next.
CREATE FUNCTION hearth.take_event_receivers(most integer, lease_id uuid, seconds integer)
RETURNS TABLE (directory_id text, event_receiver_id text, endpoint_uri text, audience text, types text, place bigint, last bigint, removed bigint,
               attempts integer)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE d.delete_time IS NULL), '{}'), true);
  RETURN QUERY
  UPDATE hearth.event_receivers r SET lease = lease_id, due_time = now() + seconds * interval '1 second'
  FROM (SELECT w.directory_id, w.event_receiver_id, s.last, s.removed FROM hearth.event_receivers w
        JOIN hearth.event_streams s ON s.directory_id = w.directory_id AND s.last > w.place
        WHERE w.due_time <= now() ORDER BY w.due_time LIMIT most FOR UPDATE OF w SKIP LOCKED) t
  WHERE r.directory_id = t.directory_id AND r.event_receiver_id = t.event_receiver_id
  RETURNING r.directory_id, r.event_receiver_id, r.endpoint_uri, r.audience, array_to_string(r.types, ','), r.place, t.last, t.removed, r.attempts;
END $$;
