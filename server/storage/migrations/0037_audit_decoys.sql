-- What a row of the audit costs, for sign-ins that concern one directory where others concern two: the time that a refusal takes must not tell which. Nothing
-- in here means anything; a sweep takes it away.
CREATE TABLE hearth.audit_decoys (
  directory_id text NOT NULL REFERENCES hearth.directories ON DELETE CASCADE,
  event_id     uuid NOT NULL,
  part         smallint NOT NULL DEFAULT 1,  -- 1: as in audit_events, 2: as in audit_personal; a row costs both.
  create_time  timestamptz NOT NULL DEFAULT now(),
  filling      text NOT NULL,                -- As long as a row is.
  PRIMARY KEY (directory_id, event_id, part)
);
CREATE INDEX audit_decoys_by_time ON hearth.audit_decoys (directory_id, create_time);
ALTER TABLE hearth.audit_decoys ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.audit_decoys FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.audit_decoys USING (directory_id = ANY ((SELECT hearth.served())::text[]));
GRANT INSERT, DELETE ON hearth.audit_decoys TO :app_role;

-- As await_seal, for what stands beside the row.
CREATE FUNCTION hearth.follow_decoy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hearth.audit_decoys (directory_id, event_id, part, filling) VALUES (NEW.directory_id, NEW.event_id, 2, NEW.filling);
  RETURN NULL;
END $$;
CREATE TRIGGER follow_decoy AFTER INSERT ON hearth.audit_decoys FOR EACH ROW WHEN (NEW.part = 1) EXECUTE FUNCTION hearth.follow_decoy();
