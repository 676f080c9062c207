-- What makes a request_id act at most once. Neither the id nor the answer is stored in clear: server/storage/once.h.
CREATE TABLE hearth.idempotency (
  directory_id text NOT NULL REFERENCES hearth.directories,
  record       bytea NOT NULL,
  sealed       bytea,          -- Null only inside the transaction that claims the record.
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, record)
);
CREATE INDEX idempotency_by_age ON hearth.idempotency (directory_id, create_time);
ALTER TABLE hearth.idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.idempotency USING (directory_id = ANY (hearth.served()));
GRANT INSERT, UPDATE, DELETE ON hearth.idempotency TO :app_role;
