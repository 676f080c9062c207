-- Resets by the people themselves: the policy of each directory, what was asked, and what was mailed.

-- Addresses that an administrator of the home has verified, beside users.mail.
ALTER TABLE hearth.users ADD COLUMN alternate_mails text[] NOT NULL DEFAULT '{}'
  CHECK (cardinality(alternate_mails) <= 5),
  -- What a directory keeps of people homed elsewhere is for messages, never for resets.
  ADD CHECK (home_directory_id IS NOT DISTINCT FROM directory_id OR cardinality(alternate_mails) = 0);
CREATE INDEX users_by_alternate_mail ON hearth.users USING gin (alternate_mails) WHERE delete_time IS NULL;
-- In "C" only ASCII letters have a case: no look-alike of another script is folded into one.
CREATE INDEX users_by_mail ON hearth.users (directory_id, lower(mail COLLATE "C")) WHERE delete_time IS NULL AND mail <> '';

CREATE OR REPLACE VIEW hearth.people WITH (security_invoker = true) AS
SELECT u.directory_id, u.user_id, u.user_principal_name, u.display_name, u.mail, u.user_type,
       CASE WHEN u.home_directory_id = u.directory_id THEN 1 WHEN u.home_directory_id IS NOT NULL THEN 2 ELSE 3 END AS home_kind,
       u.home_directory_id, u.home_issuer, u.invitation_state, u.disabled, u.revision,
       coalesce(d.domain, '') AS home_domain, coalesce(h.help_uri, '') AS home_help_uri,
       coalesce((SELECT string_agg(DISTINCT r.encoded, ',') FROM hearth.held_roles r
                 WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id), '') AS roles,
       c.version IS NOT NULL AS password_set, coalesce(c.must_change, false) AS must_change,
       hearth.micros(c.change_time) AS password_change_time, hearth.micros(c.expire_time) AS password_expire_time,
       hearth.micros(u.sessions_valid_after) AS sessions_valid_after, hearth.micros(u.create_time) AS create_time,
       hearth.micros(u.update_time) AS update_time, hearth.micros(u.delete_time) AS delete_time,
       coalesce(u.delete_time > now() - interval '30 days', false) AS restorable,
       coalesce((SELECT string_agg(CASE WHEN n.restricted THEN '!' ELSE '' END || n.unit_id, ',' ORDER BY n.unit_id COLLATE "C")
                 FROM hearth.administrative_unit_members m
                 JOIN hearth.administrative_units n ON n.directory_id = m.directory_id AND n.unit_id = m.unit_id
                 WHERE m.directory_id = u.directory_id AND m.user_id = u.user_id), '') AS units,
       EXISTS (SELECT 1 FROM hearth.group_members m
               JOIN hearth.groups g ON g.directory_id = m.directory_id AND g.group_id = m.group_id AND g.role_assignable
               WHERE m.directory_id = u.directory_id AND m.user_id = u.user_id) AS privileged_group,
       coalesce(h.contact, '') AS home_contact,
       NOT u.home_active OR coalesce(u.home_directory_id <> u.directory_id AND h.delete_time IS NOT NULL, false) AS disabled_at_home,
       u.sponsor_id, hearth.micros(i.expire_time) AS invitation_expire_time,
       array_to_string(u.alternate_mails, ' ') AS alternate_mails
FROM hearth.users u
LEFT JOIN hearth.directories h ON h.directory_id = u.home_directory_id
LEFT JOIN hearth.domains d ON d.directory_id = u.home_directory_id AND d.is_primary
LEFT JOIN hearth.credentials c ON c.directory_id = u.directory_id AND c.user_id = u.user_id
LEFT JOIN hearth.invitations i ON i.directory_id = u.directory_id AND i.user_id = u.user_id;

-- hearth.v1.ResetPolicy; a directory without a row has the default one.
CREATE TABLE hearth.reset_policies (
  directory_id text PRIMARY KEY REFERENCES hearth.directories,
  policy       jsonb NOT NULL,  -- The message by its field names, without name, etag and times; it is only ever read whole.
  update_time  timestamptz NOT NULL DEFAULT now(),
  revision     bigint NOT NULL DEFAULT 1
);

-- What RequestReset wrote: one row of fixed size a call, whoever it is for. A relay acts on it. No foreign key: the caller's directory was found at
-- the gate of this very call, and each row of the hot path counts.
CREATE TABLE hearth.reset_intents (
  directory_id      text NOT NULL,             -- Where the reset was asked for.
  handle_digest     bytea NOT NULL CHECK (length(handle_digest) = 32),
  request_digest    bytea NOT NULL CHECK (length(request_digest) = 32),
  identifier_digest bytea NOT NULL CHECK (length(identifier_digest) = 32),
  sealed            bytea,                     -- Identifier, language and channel, padded to one size; wiped when done.
  call_id           uuid NOT NULL,
  caller_directory  text NOT NULL,             -- Another one: the request was taken over from there.
  caller            text NOT NULL,             -- The service that asked.
  caller_kind       text NOT NULL,
  peer              text NOT NULL,
  trace_id          text NOT NULL,
  create_time       timestamptz NOT NULL DEFAULT now(),
  due_time          timestamptz NOT NULL DEFAULT now(),  -- When a relay may take it: now, or when the lease of another ends.
  attempts          smallint NOT NULL DEFAULT 0,         -- Of relays.
  code_attempts     smallint NOT NULL DEFAULT 0,         -- Of callers, with a code, whether one was mailed or not.
  done_time         timestamptz,
  PRIMARY KEY (directory_id, handle_digest),
  CHECK ((sealed IS NULL) = (done_time IS NOT NULL))
);
CREATE INDEX reset_intents_due ON hearth.reset_intents (due_time) WHERE done_time IS NULL;
CREATE INDEX reset_intents_by_age ON hearth.reset_intents (directory_id, create_time);

-- Writes many intents, each under its own caller's directory. Returns the places of those whose handle was there already, for another request.
CREATE FUNCTION hearth.add_reset_intents(directories text[], handles bytea[], requests bytea[], identifiers bytea[], sealeds bytea[],
                                         calls uuid[], callers text[], kinds text[], peers text[], traces text[])
RETURNS TABLE (ord bigint) LANGUAGE plpgsql AS $$
DECLARE
  written bigint;
BEGIN
  PERFORM set_config('hearth.directories', directories::text, true);
  INSERT INTO hearth.reset_intents (directory_id, handle_digest, request_digest, identifier_digest, sealed, call_id, caller_directory,
                                    caller, caller_kind, peer, trace_id)
  SELECT d, h, r, i, s, c, d, q.caller, kind, q.peer, trace
  FROM unnest(directories, handles, requests, identifiers, sealeds, calls, callers, kinds, peers, traces)
    WITH ORDINALITY q(d, h, r, i, s, c, caller, kind, peer, trace, place) ORDER BY d, h, place
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS written = ROW_COUNT;
  IF written = cardinality(handles) THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT q.ord FROM unnest(directories, handles, requests) WITH ORDINALITY q(directory_id, handle, request, ord)
  JOIN hearth.reset_intents i ON i.directory_id = q.directory_id AND i.handle_digest = q.handle
  WHERE i.request_digest <> q.request;
END $$;

-- Takes intents that are due, of any directory, for the length of the lease. One relay gets each; others go on to the next.
CREATE FUNCTION hearth.take_reset_intents(most integer, lease interval)
RETURNS TABLE (directory_id text, handle_digest bytea, attempts smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE NOT d.purged), '{}'), true);
  RETURN QUERY
  UPDATE hearth.reset_intents i SET due_time = now() + lease, attempts = i.attempts + 1
  FROM (SELECT directory_id, handle_digest FROM hearth.reset_intents WHERE done_time IS NULL AND due_time <= now()
        ORDER BY due_time LIMIT most FOR UPDATE SKIP LOCKED) t
  WHERE i.directory_id = t.directory_id AND i.handle_digest = t.handle_digest
  RETURNING i.directory_id, i.handle_digest, i.attempts;
END $$;

-- What was mailed to a person: at most one at a time, the newest. Only keyed digests; a null matches nothing. The third wall, as for credentials: only
-- people homed here.
CREATE TABLE hearth.reset_tokens (
  directory_id         text NOT NULL,
  user_id              text NOT NULL,
  home_directory_id    text NOT NULL CHECK (home_directory_id = directory_id),
  link_digest          bytea CHECK (length(link_digest) = 32),
  handle_digest        bytea CHECK (length(handle_digest) = 32),
  code_digest          bytea CHECK (length(code_digest) = 32),
  verified_digest      bytea CHECK (length(verified_digest) = 32),  -- Of the token that VerifyResetCode gave.
  person_digest        bytea NOT NULL CHECK (length(person_digest) = 32),  -- What the person was: another digest now, and the row is dead.
  needs_both           boolean NOT NULL,  -- Link and code, not either.
  code_attempts        smallint NOT NULL DEFAULT 0,  -- With the token of the link; those with a handle count there.
  link_expire_time     timestamptz NOT NULL,
  code_expire_time     timestamptz NOT NULL,
  verified_expire_time timestamptz,
  create_time          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, user_id),
  FOREIGN KEY (directory_id, user_id, home_directory_id)
    REFERENCES hearth.users (directory_id, user_id, home_directory_id) ON DELETE CASCADE,
  CHECK (num_nonnulls(link_digest, code_digest) > 0),
  CHECK ((verified_digest IS NULL) = (verified_expire_time IS NULL))
);
CREATE UNIQUE INDEX reset_tokens_by_link ON hearth.reset_tokens (directory_id, link_digest) WHERE link_digest IS NOT NULL;
CREATE UNIQUE INDEX reset_tokens_by_handle ON hearth.reset_tokens (directory_id, handle_digest) WHERE handle_digest IS NOT NULL;
CREATE UNIQUE INDEX reset_tokens_by_verified ON hearth.reset_tokens (directory_id, verified_digest) WHERE verified_digest IS NOT NULL;

-- Whose home goes elsewhere (ConvertGuestUser) keeps nothing by which this directory could reset them; the third wall would refuse the move.
CREATE FUNCTION hearth.forget_resets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM hearth.reset_tokens WHERE directory_id = OLD.directory_id AND user_id = OLD.user_id;
  NEW.alternate_mails := '{}';
  RETURN NEW;
END $$;
CREATE TRIGGER forget_resets BEFORE UPDATE ON hearth.users FOR EACH ROW
  WHEN (OLD.home_directory_id = OLD.directory_id AND NEW.home_directory_id IS DISTINCT FROM NEW.directory_id)
  EXECUTE FUNCTION hearth.forget_resets();

-- How often what happened to whom (a keyed digest of the person, or of the identifier that belongs to nobody).
CREATE TABLE hearth.reset_limits (
  directory_id  text NOT NULL REFERENCES hearth.directories,
  subject       bytea NOT NULL CHECK (length(subject) = 32),
  kind          smallint NOT NULL CHECK (kind IN (1, 2, 3)),  -- LimitKind of server/reset/limit_rules.h
  count         integer NOT NULL,
  window_start  timestamptz NOT NULL,
  blocked_until timestamptz,
  PRIMARY KEY (directory_id, subject, kind)
);

-- The administrators' queue. One open request a person.
CREATE TABLE hearth.reset_requests (
  directory_id     text NOT NULL,
  reset_request_id text NOT NULL,
  user_id          text NOT NULL,
  state            smallint NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 6),  -- hearth.v1.ResetRequest.State
  asked_through    text NOT NULL,              -- The service that asked.
  language         text NOT NULL,
  times_asked      integer NOT NULL DEFAULT 1,
  noticed          boolean NOT NULL DEFAULT false,  -- Administrators had a mail about it.
  decided_by       text NOT NULL DEFAULT '',
  deny_reason      text NOT NULL DEFAULT '',
  create_time      timestamptz NOT NULL DEFAULT now(),
  expire_time      timestamptz NOT NULL,
  decide_time      timestamptz,
  end_time         timestamptz,                -- When it came to a state that it stays in.
  PRIMARY KEY (directory_id, reset_request_id),
  FOREIGN KEY (directory_id, user_id) REFERENCES hearth.users ON DELETE CASCADE,
  CHECK ((state IN (1, 2)) = (end_time IS NULL)),
  CHECK ((decided_by = '') = (decide_time IS NULL))
);
CREATE UNIQUE INDEX reset_requests_open ON hearth.reset_requests (directory_id, user_id) WHERE state = 1;
CREATE INDEX reset_requests_by_time ON hearth.reset_requests (directory_id, create_time, reset_request_id);
CREATE INDEX reset_requests_by_user ON hearth.reset_requests (directory_id, user_id);

-- Which directories have requests that no mail has told of yet.
CREATE FUNCTION hearth.reset_digests_due() RETURNS TABLE (directory_id text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(d.directory_id)::text FROM hearth.directories d
                                                     WHERE NOT d.purged), '{}'), true);
  RETURN QUERY SELECT DISTINCT r.directory_id FROM hearth.reset_requests r WHERE r.state = 1 AND NOT r.noticed;
END $$;
CREATE INDEX reset_requests_unnoticed ON hearth.reset_requests (directory_id) WHERE state = 1 AND NOT noticed;

ALTER TABLE hearth.reset_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.reset_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.reset_requests USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.reset_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.reset_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.reset_policies USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.reset_intents ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.reset_intents FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.reset_intents USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.reset_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.reset_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.reset_tokens USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.reset_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.reset_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.reset_limits USING (directory_id = ANY ((SELECT hearth.served())::text[]));

GRANT INSERT, UPDATE, DELETE ON hearth.reset_policies, hearth.reset_intents, hearth.reset_tokens, hearth.reset_limits,
  hearth.reset_requests TO :app_role;
