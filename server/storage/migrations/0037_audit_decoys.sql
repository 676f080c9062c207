-- What a row of the audit costs, for sign-ins that concern one directory where others concern two: the time that a refusal takes must not tell which. Nothing
-- in here means anything; a sweep takes it away.
CREATE TABLE hearth.audit_decoys (
  directory_id text NOT NULL REFERENCES hearth.directories ON DELETE CASCADE,
  event_id     uuid NOT NULL,
  create_time  timestamptz NOT NULL DEFAULT now(),
  filling      text NOT NULL,                -- As long as a row is.
  PRIMARY KEY (directory_id, event_id)
);
CREATE INDEX audit_decoys_by_time ON hearth.audit_decoys (directory_id, create_time);
ALTER TABLE hearth.audit_decoys ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.audit_decoys FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.audit_decoys USING (directory_id = ANY ((SELECT hearth.served())::text[]));
GRANT INSERT, DELETE ON hearth.audit_decoys TO :app_role;
