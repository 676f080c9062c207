-- The language that a directory writes to a person in, before the language of a request and its own. BCP 47; empty: not known.
ALTER TABLE hearth.users ADD COLUMN preferred_language text NOT NULL DEFAULT '' CHECK (preferred_language ~ '^[A-Za-z0-9-]{0,35}$');

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
       array_to_string(u.alternate_mails, ' ') AS alternate_mails, u.preferred_language
FROM hearth.users u
LEFT JOIN hearth.directories h ON h.directory_id = u.home_directory_id
LEFT JOIN hearth.domains d ON d.directory_id = u.home_directory_id AND d.is_primary
LEFT JOIN hearth.credentials c ON c.directory_id = u.directory_id AND c.user_id = u.user_id
LEFT JOIN hearth.invitations i ON i.directory_id = u.directory_id AND i.user_id = u.user_id;

-- What is set aside (4) keeps its values until it expires, so that it can be sent again; an administrator can discard it (5).
ALTER TABLE hearth.mails DROP CONSTRAINT mails_state_check, DROP CONSTRAINT mails_check1,
  ADD CONSTRAINT mails_state CHECK (state IN (1, 2, 3, 4, 5)),  -- Waiting, sent, expired, set aside, discarded.
  ADD CONSTRAINT mails_sealed CHECK (state = 4 OR (state = 1) = (sealed IS NOT NULL));
CREATE INDEX mails_set_aside ON hearth.mails (directory_id, end_time, mail_id) WHERE state = 4;
