-- What was done, refused or failed, in the directory it concerns. Written in the transaction of what it records; never changed.
CREATE TABLE hearth.audit_events (
  directory_id      text NOT NULL REFERENCES hearth.directories,
  event_id          uuid NOT NULL,   -- The call's id: finds its line in the log, and makes a repeated insert one row.
  create_time       timestamptz NOT NULL DEFAULT now(),
  action            text NOT NULL,   -- "password.reset"
  verdict           text NOT NULL CHECK (verdict IN ('allowed', 'refused', 'failed')),
  reason            text NOT NULL DEFAULT '',  -- hearth.v1.ErrorReason without its prefix; empty when allowed.
  actor_directory   text NOT NULL,
  actor             text NOT NULL,
  actor_kind        text NOT NULL CHECK (actor_kind IN ('person', 'service')),
  target            text NOT NULL DEFAULT '',  -- Resource name, as the caller addressed it.
  target_principal_name text NOT NULL DEFAULT '',
  rpc               text NOT NULL,
  peer              text NOT NULL,
  trace_id          text NOT NULL DEFAULT '',
  PRIMARY KEY (directory_id, event_id)
);
CREATE INDEX audit_events_by_time ON hearth.audit_events (directory_id, create_time);
ALTER TABLE hearth.audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.audit_events USING (directory_id = ANY (hearth.served()));
GRANT INSERT ON hearth.audit_events TO :app_role;

CREATE FUNCTION hearth.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hearth.audit_events
  FOR EACH ROW EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hearth.audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_change();
