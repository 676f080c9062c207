-- The audit as a log that can be proved: what rows say of persons apart, so that it can be erased; rows sealed in batches into one Merkle tree a
-- directory (RFC 9162, 2.1), whose heads are signed with a key that is not here. server/audit/README.md has the reasons.

-- Rows are moved below; the owner, too, is behind the wall.
SELECT set_config('hearth.directories', coalesce((SELECT array_agg(directory_id)::text FROM hearth.directories), '{}'), true);

-- What a row says of persons. The leaf holds a digest of it, which without the salt tells nothing.
CREATE TABLE hearth.audit_personal (
  directory_id          text NOT NULL,
  event_id              uuid NOT NULL,
  create_time           timestamptz NOT NULL DEFAULT now(),
  salt                  bytea NOT NULL CHECK (length(salt) = 32),
  actor                 text NOT NULL,
  target                text NOT NULL,  -- Resource name, as the caller addressed it.
  target_principal_name text NOT NULL,
  peer                  text NOT NULL,
  PRIMARY KEY (directory_id, event_id)
);
CREATE INDEX audit_personal_by_time ON hearth.audit_personal (directory_id, create_time);
INSERT INTO hearth.audit_personal (directory_id, event_id, create_time, salt, actor, target, target_principal_name, peer)
SELECT directory_id, event_id, create_time, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), actor, target,
       target_principal_name, peer
FROM hearth.audit_events;
ALTER TABLE hearth.audit_events
  DROP COLUMN actor, DROP COLUMN target, DROP COLUMN target_principal_name, DROP COLUMN peer;

-- Which rows wait for the sealer. Readable by all, as the outbox is: nothing in it is about anybody.
CREATE SEQUENCE hearth.audit_position;
CREATE TABLE hearth.audit_unsealed (
  directory_id text NOT NULL,
  position     bigint NOT NULL DEFAULT nextval('hearth.audit_position'),
  event_id     uuid NOT NULL,
  PRIMARY KEY (directory_id, position)
);
INSERT INTO hearth.audit_unsealed (directory_id, event_id)
SELECT directory_id, event_id FROM hearth.audit_events ORDER BY directory_id, create_time, event_id;

CREATE FUNCTION hearth.await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hearth.audit_unsealed (directory_id, event_id) VALUES (NEW.directory_id, NEW.event_id);
  RETURN NULL;
END $$;
CREATE TRIGGER await_seal AFTER INSERT ON hearth.audit_events FOR EACH ROW EXECUTE FUNCTION hearth.await_seal();

-- The leaves: they stay when their rows are removed.
CREATE TABLE hearth.audit_leaves (
  directory_id    text NOT NULL,
  sequence        bigint NOT NULL CHECK (sequence >= 0),
  event_id        uuid NOT NULL,
  personal_digest bytea NOT NULL CHECK (length(personal_digest) = 32),
  leaf_hash       bytea NOT NULL CHECK (length(leaf_hash) = 32),
  PRIMARY KEY (directory_id, sequence),
  UNIQUE (directory_id, event_id)
);
-- Roots of full subtrees of 256, 256², 256³ leaves, so that a proof reads hundreds of hashes and not all.
CREATE TABLE hearth.audit_nodes (
  directory_id text NOT NULL,
  level        smallint NOT NULL CHECK (level BETWEEN 1 AND 7),  -- Over 256^level leaves.
  place        bigint NOT NULL,                                  -- From leaf place * 256^level on.
  hash         bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (directory_id, level, place)
);
-- Where the tree of a directory stands.
CREATE TABLE hearth.audit_trees (
  directory_id text PRIMARY KEY,
  size         bigint NOT NULL DEFAULT 0,
  frontier     bytea NOT NULL DEFAULT '',  -- The hashes of the full subtrees that make up the tree, largest first.
  removed      bigint NOT NULL DEFAULT 0   -- Rows before this one were removed by the policy.
);
CREATE TABLE hearth.audit_heads (
  directory_id text NOT NULL,
  size         bigint NOT NULL,
  root_hash    bytea NOT NULL CHECK (length(root_hash) = 32),
  seal_time    timestamptz NOT NULL,
  key_id       text NOT NULL,
  signature    bytea NOT NULL CHECK (length(signature) = 64),
  PRIMARY KEY (directory_id, size)
);
-- hearth.v1.AuditPolicy; a directory without a row has the defaults of hearth.audit_kept.
CREATE TABLE hearth.audit_policies (
  directory_id      text PRIMARY KEY REFERENCES hearth.directories,
  retention         bigint NOT NULL CHECK (retention BETWEEN 2592000 AND 315360000),           -- Seconds.
  personal_retention bigint NOT NULL CHECK (personal_retention BETWEEN 2592000 AND 315360000),
  update_time       timestamptz NOT NULL DEFAULT now(),
  revision          bigint NOT NULL DEFAULT 1
);

-- Since when a directory keeps its rows, and what they say of persons: 365 days, unless its policy says otherwise.
CREATE FUNCTION hearth.audit_kept(directory text, OUT since timestamptz, OUT personal_since timestamptz) LANGUAGE sql STABLE AS $$
  SELECT now() - coalesce(max(p.retention), 31536000) * interval '1 second',
         now() - coalesce(max(p.personal_retention), 31536000) * interval '1 second'
  FROM hearth.audit_policies p WHERE p.directory_id = directory
$$;

-- Nothing is changed, and nothing is removed before its time, whoever asks.
CREATE FUNCTION hearth.refuse_early_removal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept record;
BEGIN
  SELECT * INTO kept FROM hearth.audit_kept(OLD.directory_id);
  IF TG_TABLE_NAME = 'audit_personal' AND OLD.create_time < greatest(kept.personal_since, kept.since) THEN
    RETURN OLD;
  END IF;
  IF TG_TABLE_NAME = 'audit_events' AND OLD.create_time < kept.since AND EXISTS
      (SELECT 1 FROM hearth.audit_leaves l WHERE l.directory_id = OLD.directory_id AND l.event_id = OLD.event_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit is kept' USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER append_only ON hearth.audit_events;
CREATE TRIGGER append_only BEFORE UPDATE ON hearth.audit_events FOR EACH ROW EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON hearth.audit_events FOR EACH ROW EXECUTE FUNCTION hearth.refuse_early_removal();
CREATE TRIGGER append_only BEFORE UPDATE ON hearth.audit_personal FOR EACH ROW EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON hearth.audit_personal FOR EACH ROW EXECUTE FUNCTION hearth.refuse_early_removal();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hearth.audit_personal FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hearth.audit_leaves FOR EACH ROW EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hearth.audit_leaves FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hearth.audit_nodes FOR EACH ROW EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hearth.audit_nodes FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hearth.audit_heads FOR EACH ROW EXECUTE FUNCTION hearth.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hearth.audit_heads FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_change();

-- Rows with what they say of persons, as people read them.
CREATE VIEW hearth.audit WITH (security_invoker = true) AS
SELECT e.directory_id, e.event_id, e.create_time, e.action, e.verdict, e.reason, e.actor_directory, e.actor_kind, e.rpc, e.trace_id,
       e.through_service, p.salt, p.actor, p.target, p.target_principal_name, p.peer
FROM hearth.audit_events e
LEFT JOIN hearth.audit_personal p ON p.directory_id = e.directory_id AND p.event_id = e.event_id;
GRANT SELECT ON hearth.audit TO :app_role;

DO $$
DECLARE guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['audit_personal', 'audit_unsealed', 'audit_leaves', 'audit_nodes', 'audit_trees', 'audit_heads', 'audit_policies'] LOOP
    EXECUTE format('ALTER TABLE hearth.%I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE hearth.%I FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY own ON hearth.%I USING (directory_id = ANY ((SELECT hearth.served())::text[]))', guarded);
  END LOOP;
END $$;
CREATE POLICY read_all ON hearth.audit_unsealed FOR SELECT USING (true);

GRANT DELETE ON hearth.audit_events TO :app_role;
GRANT INSERT, DELETE ON hearth.audit_personal, hearth.audit_unsealed TO :app_role;
GRANT INSERT ON hearth.audit_leaves, hearth.audit_nodes, hearth.audit_heads TO :app_role;
GRANT INSERT, UPDATE ON hearth.audit_trees, hearth.audit_policies TO :app_role;

-- The directories in which rows wait, at most `most`, in the order of their ids, from the one after `last` on.
CREATE FUNCTION hearth.audit_due(last text, most integer) RETURNS TABLE (directory_id text) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE waiting AS (
    (SELECT u.directory_id FROM hearth.audit_unsealed u WHERE u.directory_id > last ORDER BY u.directory_id LIMIT 1)
    UNION ALL
    SELECT (SELECT u.directory_id FROM hearth.audit_unsealed u WHERE u.directory_id > w.directory_id ORDER BY u.directory_id LIMIT 1)
    FROM waiting w WHERE w.directory_id IS NOT NULL
  )
  SELECT w.directory_id FROM waiting w WHERE w.directory_id IS NOT NULL LIMIT most
$$;
