-- Guests: to whom at home a guest is linked, invitations, memberships as home sees them, and what directories allow.

-- Rows are changed below; the owner, too, is behind the wall.
SELECT set_config('hearth.directories', coalesce((SELECT array_agg(directory_id)::text FROM hearth.directories), '{}'), true);

ALTER TABLE hearth.users
  ADD COLUMN identity      uuid NOT NULL DEFAULT gen_random_uuid(),  -- This very person: an id can be given again after a purge.
  ADD COLUMN home_identity uuid,                                     -- Of a guest: the person at home who redeemed.
  ADD COLUMN home_active   boolean NOT NULL DEFAULT true,            -- Of a guest: false while disabled or deleted at home.
  ADD COLUMN sponsor_id    text NOT NULL DEFAULT '',                 -- Who answers for a guest: a user id of the directory.
  ADD COLUMN consent_time  timestamptz;                              -- When a guest redeemed.
CREATE UNIQUE INDEX users_by_identity ON hearth.users (directory_id, identity);
-- In "C" only ASCII letters have a case: no look-alike of another script is folded into one.
CREATE INDEX users_by_held_mail ON hearth.users (directory_id, lower(mail COLLATE "C"))
  WHERE delete_time IS NULL AND mail <> '' AND home_directory_id = directory_id;
-- Pages of guests, of all and of one home, stay flat however many members or other guests there are.
CREATE INDEX users_guests ON hearth.users (directory_id, user_id)
  WHERE user_type = 2 OR home_directory_id IS DISTINCT FROM directory_id;
CREATE INDEX users_guests_by_home ON hearth.users (directory_id, home_directory_id, user_id)
  WHERE home_directory_id IS DISTINCT FROM directory_id;
CREATE INDEX users_guests_pending ON hearth.users (directory_id, user_id) WHERE invitation_state = 1;

-- That a person homed in directory_id is a guest elsewhere: home's own copy, written in the transactions that make and end it.
CREATE TABLE hearth.memberships (
  directory_id          text NOT NULL,
  user_id               text NOT NULL,
  resource_directory_id text NOT NULL REFERENCES hearth.directories CHECK (resource_directory_id <> directory_id),
  guest_id              text NOT NULL,
  create_time           timestamptz NOT NULL DEFAULT now(),
  told_time             timestamptz,  -- When the person was last told of a refused reset there.
  PRIMARY KEY (directory_id, user_id, resource_directory_id),
  UNIQUE (directory_id, resource_directory_id, guest_id),
  FOREIGN KEY (directory_id, user_id) REFERENCES hearth.users ON DELETE CASCADE
);

-- Guests of before are linked to the person of their principal name at home; those whom home does not know are pending.
UPDATE hearth.users g SET home_identity = h.identity, home_active = NOT h.disabled FROM hearth.users h
 WHERE g.invitation_state = 2 AND h.directory_id = g.home_directory_id AND h.home_directory_id = h.directory_id
   AND h.user_principal_name = g.user_principal_name AND h.delete_time IS NULL;
UPDATE hearth.users SET invitation_state = 1 WHERE invitation_state = 2 AND home_issuer IS NULL AND home_identity IS NULL;
INSERT INTO hearth.memberships (directory_id, user_id, resource_directory_id, guest_id)
SELECT h.directory_id, h.user_id, g.directory_id, g.user_id FROM hearth.users g
JOIN hearth.users h ON h.directory_id = g.home_directory_id AND h.identity = g.home_identity
WHERE g.delete_time IS NULL ON CONFLICT DO NOTHING;

-- Who has redeemed, and nobody else, is linked to a person at home.
ALTER TABLE hearth.users ADD CONSTRAINT users_home_identity
  CHECK ((home_identity IS NOT NULL) = (invitation_state = 2 AND home_issuer IS NULL));

-- The pending invitation of a guest. Of the token only a keyed digest is kept, over the row it belongs to: server/guest/invitation_rules.h.
CREATE TABLE hearth.invitations (
  directory_id text NOT NULL,
  user_id      text NOT NULL,
  digest       bytea NOT NULL,
  address      text NOT NULL CHECK (address = lower(address)),
  inviter      text NOT NULL,  -- The id that invited, or sent it again.
  redirect_uri text NOT NULL DEFAULT '',
  expire_time  timestamptz NOT NULL,
  mails        integer NOT NULL DEFAULT 0,
  mail_time    timestamptz,
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, user_id),
  FOREIGN KEY (directory_id, user_id) REFERENCES hearth.users ON DELETE CASCADE
);

CREATE TABLE hearth.guest_policies (
  directory_id        text PRIMARY KEY REFERENCES hearth.directories,
  invite_from         smallint NOT NULL,  -- hearth.v1.InviteFrom
  inbound_rule        smallint NOT NULL,  -- hearth.v1.DomainRule
  inbound_domains     text[] NOT NULL CHECK (cardinality(inbound_domains) <= 500),
  outbound_rule       smallint NOT NULL,
  outbound_domains    text[] NOT NULL CHECK (cardinality(outbound_domains) <= 500),
  redeem_uri          text NOT NULL,
  redirect_uris       text[] NOT NULL CHECK (cardinality(redirect_uris) <= 50),
  invitation_lifetime bigint NOT NULL,    -- Seconds.
  restrict_guests     boolean NOT NULL,
  tell_refused_resets boolean NOT NULL,
  update_time         timestamptz NOT NULL DEFAULT now(),
  revision            bigint NOT NULL DEFAULT 1
);

ALTER TABLE hearth.memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.memberships USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.invitations USING (directory_id = ANY ((SELECT hearth.served())::text[]));
ALTER TABLE hearth.guest_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.guest_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.guest_policies USING (directory_id = ANY ((SELECT hearth.served())::text[]));
GRANT INSERT, UPDATE, DELETE ON hearth.memberships, hearth.invitations, hearth.guest_policies TO :app_role;

-- What home does to a person is true of them everywhere in the same transaction: principal name (unless somebody else has it there), mail, whether
-- they may act, and the end of sessions. These functions serve another directory only while they read or write its rows.
CREATE FUNCTION hearth.serve(directories text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('hearth.directories', directories, true)
$$;

CREATE FUNCTION hearth.reflect_home() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  serving text := coalesce(current_setting('hearth.directories', true), '');
  home_is_here boolean := NEW.home_directory_id IS NOT DISTINCT FROM NEW.directory_id;  -- Not while they are a guest of somebody themselves.
  abroad text[] := array(SELECT m.resource_directory_id FROM hearth.memberships m
                         WHERE m.directory_id = NEW.directory_id AND m.user_id = NEW.user_id);
BEGIN
  IF cardinality(abroad) = 0 THEN RETURN NULL; END IF;
  PERFORM hearth.serve((abroad || NEW.directory_id)::text);
  UPDATE hearth.users g SET
    user_principal_name = CASE WHEN home_is_here AND NOT hearth.name_taken(g.directory_id, g.user_id, NEW.user_principal_name)
                               THEN NEW.user_principal_name ELSE g.user_principal_name END,
    mail = CASE WHEN home_is_here THEN NEW.mail ELSE g.mail END,
    home_active = home_is_here AND NOT NEW.disabled AND NEW.delete_time IS NULL,
    sessions_valid_after = greatest(g.sessions_valid_after, NEW.sessions_valid_after),
    update_time = now(), revision = g.revision + 1
  FROM hearth.memberships m
  WHERE m.directory_id = NEW.directory_id AND m.user_id = NEW.user_id
    AND g.directory_id = m.resource_directory_id AND g.user_id = m.guest_id
    AND g.home_directory_id = NEW.directory_id AND g.home_identity = NEW.identity;
  PERFORM hearth.serve(serving);
  RETURN NULL;
END $$;

-- Whether another live person of the directory has the principal name.
CREATE FUNCTION hearth.name_taken(directory text, but text, name text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM hearth.users o WHERE o.directory_id = directory AND o.user_principal_name = name
                 AND o.user_id <> but AND o.delete_time IS NULL)
$$;
CREATE TRIGGER reflect_home AFTER UPDATE ON hearth.users FOR EACH ROW
  WHEN ((OLD.home_directory_id = OLD.directory_id OR NEW.home_directory_id = NEW.directory_id)
        AND (OLD.user_principal_name, OLD.mail, OLD.disabled, OLD.delete_time, OLD.sessions_valid_after, OLD.home_directory_id)
            IS DISTINCT FROM (NEW.user_principal_name, NEW.mail, NEW.disabled, NEW.delete_time, NEW.sessions_valid_after,
                              NEW.home_directory_id))
  EXECUTE FUNCTION hearth.reflect_home();

-- Who is gone at home for good is so abroad. Before the delete, which takes the memberships along.
CREATE FUNCTION hearth.reflect_purge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  serving text := coalesce(current_setting('hearth.directories', true), '');
  abroad text[] := array(SELECT m.resource_directory_id FROM hearth.memberships m
                         WHERE m.directory_id = OLD.directory_id AND m.user_id = OLD.user_id);
BEGIN
  IF cardinality(abroad) = 0 THEN RETURN OLD; END IF;
  PERFORM hearth.serve((abroad || OLD.directory_id)::text);
  UPDATE hearth.users g SET home_active = false, update_time = now(), revision = g.revision + 1
  FROM hearth.memberships m
  WHERE m.directory_id = OLD.directory_id AND m.user_id = OLD.user_id
    AND g.directory_id = m.resource_directory_id AND g.user_id = m.guest_id AND g.home_active;
  PERFORM hearth.serve(serving);
  RETURN OLD;
END $$;
CREATE TRIGGER reflect_purge BEFORE DELETE ON hearth.users FOR EACH ROW WHEN (OLD.home_directory_id = OLD.directory_id)
  EXECUTE FUNCTION hearth.reflect_purge();

-- A membership exists exactly while there is a live guest who is linked to somebody at home, and an invitation only for a live guest who is pending: whatever statement
-- makes, moves, removes, restores or purges the guest.
CREATE FUNCTION hearth.follow_guest() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  serving text := coalesce(current_setting('hearth.directories', true), '');
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.home_identity IS NOT NULL THEN
    PERFORM hearth.serve(ARRAY[OLD.home_directory_id]::text);
    DELETE FROM hearth.memberships WHERE directory_id = OLD.home_directory_id AND resource_directory_id = OLD.directory_id
                                     AND guest_id = OLD.user_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.home_identity IS NOT NULL AND NEW.delete_time IS NULL THEN
    PERFORM hearth.serve(ARRAY[NEW.home_directory_id]::text);
    INSERT INTO hearth.memberships (directory_id, user_id, resource_directory_id, guest_id)
    SELECT h.directory_id, h.user_id, NEW.directory_id, NEW.user_id FROM hearth.users h
    WHERE h.directory_id = NEW.home_directory_id AND h.identity = NEW.home_identity;
  END IF;
  PERFORM hearth.serve(serving);
  IF TG_OP = 'UPDATE' AND (NEW.delete_time IS NOT NULL OR NEW.invitation_state <> 1) THEN
    DELETE FROM hearth.invitations WHERE directory_id = NEW.directory_id AND user_id = NEW.user_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guest_made AFTER INSERT ON hearth.users FOR EACH ROW WHEN (NEW.home_identity IS NOT NULL)
  EXECUTE FUNCTION hearth.follow_guest();
CREATE TRIGGER guest_moved AFTER UPDATE ON hearth.users FOR EACH ROW
  WHEN ((OLD.home_identity, OLD.home_directory_id, OLD.invitation_state, OLD.delete_time)
        IS DISTINCT FROM (NEW.home_identity, NEW.home_directory_id, NEW.invitation_state, NEW.delete_time))
  EXECUTE FUNCTION hearth.follow_guest();
CREATE TRIGGER guest_purged AFTER DELETE ON hearth.users FOR EACH ROW WHEN (OLD.home_identity IS NOT NULL)
  EXECUTE FUNCTION hearth.follow_guest();

-- A removed guest is out of home's sight. Who is restored is brought up to date; who is gone at home, or a guest again under another id, is pending.
CREATE FUNCTION hearth.return_guest() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  serving text := coalesce(current_setting('hearth.directories', true), '');
  home hearth.users;
  again boolean;
BEGIN
  PERFORM hearth.serve(ARRAY[NEW.home_directory_id]::text);
  SELECT * INTO home FROM hearth.users h WHERE h.directory_id = NEW.home_directory_id AND h.identity = NEW.home_identity FOR SHARE;
  again := EXISTS (SELECT 1 FROM hearth.memberships m WHERE m.directory_id = home.directory_id AND m.user_id = home.user_id
                   AND m.resource_directory_id = NEW.directory_id);
  PERFORM hearth.serve(serving);
  IF home.user_id IS NULL OR again THEN
    NEW.home_identity := NULL;
    NEW.invitation_state := 1;
  ELSE
    NEW.mail := home.mail;
    NEW.home_active := NOT home.disabled AND home.delete_time IS NULL;
    NEW.sessions_valid_after := greatest(NEW.sessions_valid_after, home.sessions_valid_after);
    IF NOT hearth.name_taken(NEW.directory_id, NEW.user_id, home.user_principal_name) THEN
      NEW.user_principal_name := home.user_principal_name;
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER return_guest BEFORE UPDATE ON hearth.users FOR EACH ROW
  WHEN (OLD.delete_time IS NOT NULL AND NEW.delete_time IS NULL AND NEW.home_identity IS NOT NULL)
  EXECUTE FUNCTION hearth.return_guest();

-- Whose home goes elsewhere loses the local password in the same transaction (ConvertGuestUser), and first: the third wall refuses to move the
-- home of a person who has one.
GRANT DELETE ON hearth.credentials TO :app_role;

-- Whether a person may act in the directory that lists them: enabled and live here, not a guest who has not redeemed, and for a guest enabled and
-- live at home, in a home that is live.
CREATE FUNCTION hearth.may_act(u hearth.users) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT u.disabled AND u.delete_time IS NULL AND u.invitation_state <> 1 AND u.home_active
     AND (u.home_directory_id = u.directory_id OR NOT EXISTS (
            SELECT 1 FROM hearth.directories h WHERE h.directory_id = u.home_directory_id AND h.delete_time IS NOT NULL))
$$;

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
       u.sponsor_id, hearth.micros(i.expire_time) AS invitation_expire_time
FROM hearth.users u
LEFT JOIN hearth.directories h ON h.directory_id = u.home_directory_id
LEFT JOIN hearth.domains d ON d.directory_id = u.home_directory_id AND d.is_primary
LEFT JOIN hearth.credentials c ON c.directory_id = u.directory_id AND c.user_id = u.user_id
LEFT JOIN hearth.invitations i ON i.directory_id = u.directory_id AND i.user_id = u.user_id;

-- Whether roles give a person anything: not to guests where the guest policy restricts them.
CREATE FUNCTION hearth.roles_count(u hearth.users) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT u.user_type <> 2 OR NOT EXISTS (SELECT 1 FROM hearth.guest_policies p WHERE p.directory_id = u.directory_id AND p.restrict_guests)
$$;

-- As before, but who may act says hearth.may_act, and whose roles count hearth.roles_count.
CREATE OR REPLACE FUNCTION hearth.caller_access(issuers text[], subjects text[])
RETURNS TABLE (ord bigint, directory_id text, issuer_revision bigint, kind text, active boolean, user_principal_name text,
               roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT i.directory_id)::text
    FROM hearth.trusted_issuers i WHERE i.issuer = ANY (issuers)), '{}'), true);
  RETURN QUERY
  SELECT q.ord, i.directory_id, i.revision,
         CASE WHEN u.user_id IS NOT NULL THEN 'person' ELSE 'service' END,
         d.delete_time IS NULL AND ((u.user_id IS NOT NULL AND hearth.may_act(u))
                                    OR (s.service_account_id IS NOT NULL AND NOT s.disabled)),
         coalesce(u.user_principal_name, ''),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id AND hearth.roles_count(u)), ''),
         coalesce(array_to_string(s.permissions, ','), '')
  FROM unnest(issuers, subjects) WITH ORDINALITY q(issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.issuer = q.issuer
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  LEFT JOIN hearth.users u ON u.directory_id = i.directory_id AND u.user_id = q.subject
  LEFT JOIN hearth.service_accounts s ON s.directory_id = i.directory_id AND s.service_account_id = q.subject;
END $$;

CREATE OR REPLACE FUNCTION hearth.lock_caller(directory text, subject text)
RETURNS TABLE (kind text, active boolean, roles text, permissions text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  live boolean := EXISTS (SELECT 1 FROM hearth.directories d
                          WHERE d.directory_id = directory AND d.delete_time IS NULL FOR SHARE);
BEGIN
  PERFORM 1 FROM hearth.users WHERE directory_id = directory AND user_id = subject FOR SHARE;
  PERFORM hearth.lock_roles(directory, subject);
  RETURN QUERY
  SELECT 'person', live AND hearth.may_act(u),
         coalesce((SELECT string_agg(r.encoded, ',') FROM hearth.held_roles r
                   WHERE r.directory_id = directory AND r.user_id = subject AND hearth.roles_count(u)), ''), ''
  FROM hearth.users u WHERE u.directory_id = directory AND u.user_id = subject;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'service', live AND NOT s.disabled, '', array_to_string(s.permissions, ',') FROM hearth.service_accounts s
                 WHERE s.directory_id = directory AND s.service_account_id = subject FOR SHARE;
  END IF;
END $$;
