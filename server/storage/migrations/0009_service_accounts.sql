-- Service accounts can be switched off and on, changed, and call with certificates.
ALTER TABLE hearth.service_accounts
  ADD COLUMN disabled    boolean NOT NULL DEFAULT false,
  ADD COLUMN update_time timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN revision    bigint NOT NULL DEFAULT 1;

-- What the certificates of a service account call it. A reference table, as trusted_issuers: a caller is found through it.
CREATE TABLE hearth.certificate_identities (
  directory_id       text NOT NULL,
  service_account_id text NOT NULL,
  identity           text NOT NULL UNIQUE,  -- One certificate is one caller in all of Hearth.
  create_time        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, service_account_id, identity),
  FOREIGN KEY (directory_id, service_account_id) REFERENCES hearth.service_accounts ON DELETE CASCADE
);
ALTER TABLE hearth.certificate_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.certificate_identities FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON hearth.certificate_identities FOR SELECT USING (true);
CREATE POLICY own ON hearth.certificate_identities FOR ALL USING (directory_id = ANY (hearth.served()));
GRANT INSERT, DELETE ON hearth.certificate_identities TO :app_role;

-- Who acts for a person: the service account of the caller's directory whose certificate carried the call; empty when none did.
ALTER TABLE hearth.audit_events ADD COLUMN through_service text NOT NULL DEFAULT '';

-- As before, but a disabled service account is not active.
CREATE OR REPLACE FUNCTION hearth.caller_access(issuers text[], subjects text[])
RETURNS TABLE (ord bigint, directory_id text, issuer_revision bigint, kind text, active boolean, user_principal_name text,
               roles text, permissions text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT i.directory_id)::text
    FROM hearth.trusted_issuers i WHERE i.issuer = ANY (issuers)), '{}'), true);
  RETURN QUERY
  SELECT q.ord, i.directory_id, i.revision,
         CASE WHEN u.user_id IS NOT NULL THEN 'person' ELSE 'service' END,
         d.delete_time IS NULL AND ((u.user_id IS NOT NULL AND NOT u.disabled AND u.delete_time IS NULL)
                                    OR (s.service_account_id IS NOT NULL AND NOT s.disabled)),
         coalesce(u.user_principal_name, ''),
         coalesce((SELECT string_agg(r.role, ',') FROM hearth.role_assignments r
                   WHERE r.directory_id = u.directory_id AND r.user_id = u.user_id), ''),
         coalesce(array_to_string(s.permissions, ','), '')
  FROM unnest(issuers, subjects) WITH ORDINALITY q(issuer, subject, ord)
  JOIN hearth.trusted_issuers i ON i.issuer = q.issuer
  JOIN hearth.directories d ON d.directory_id = i.directory_id
  LEFT JOIN hearth.users u ON u.directory_id = i.directory_id AND u.user_id = q.subject
  LEFT JOIN hearth.service_accounts s ON s.directory_id = i.directory_id AND s.service_account_id = q.subject;
END $$;

CREATE OR REPLACE FUNCTION hearth.lock_caller(directory text, subject text)
RETURNS TABLE (kind text, active boolean, roles text, permissions text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  live boolean := EXISTS (SELECT 1 FROM hearth.directories d
                          WHERE d.directory_id = directory AND d.delete_time IS NULL FOR SHARE);
BEGIN
  RETURN QUERY
  WITH u AS (SELECT * FROM hearth.users WHERE directory_id = directory AND user_id = subject FOR SHARE),
       r AS (SELECT role FROM hearth.role_assignments WHERE directory_id = directory AND user_id = subject FOR SHARE)
  SELECT 'person', live AND NOT u.disabled AND u.delete_time IS NULL,
         coalesce((SELECT string_agg(r.role, ',') FROM r), ''), '' FROM u;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'service', live AND NOT s.disabled, '', array_to_string(s.permissions, ',') FROM hearth.service_accounts s
                 WHERE s.directory_id = directory AND s.service_account_id = subject FOR SHARE;
  END IF;
END $$;

-- The service accounts that certificates are bound to, and what they hold now. No row for an identity that nobody registered.
CREATE FUNCTION hearth.certificate_callers(identities text[])
RETURNS TABLE (identity text, directory_id text, service_account_id text, active boolean, permissions text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('hearth.directories', coalesce((SELECT array_agg(DISTINCT c.directory_id)::text
    FROM hearth.certificate_identities c WHERE c.identity = ANY (identities)), '{}'), true);
  RETURN QUERY
  SELECT c.identity, c.directory_id, c.service_account_id, d.delete_time IS NULL AND NOT s.disabled,
         array_to_string(s.permissions, ',')
  FROM hearth.certificate_identities c
  JOIN hearth.directories d ON d.directory_id = c.directory_id
  JOIN hearth.service_accounts s ON s.directory_id = c.directory_id AND s.service_account_id = c.service_account_id
  WHERE c.identity = ANY (identities);
END $$;
