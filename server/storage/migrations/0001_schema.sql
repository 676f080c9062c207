-- The schema, what the application's role may do in it by default, and how times leave the database.
-- Every table below with a directory_id carries FORCE ROW LEVEL SECURITY: see README.md, the second wall.
GRANT USAGE ON SCHEMA hearth TO :app_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA hearth GRANT SELECT ON TABLES TO :app_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA hearth GRANT USAGE ON SEQUENCES TO :app_role;

-- Whole microseconds since 1970, the form in which times reach the server.
CREATE FUNCTION hearth.micros(t timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT (extract(epoch FROM t) * 1000000)::bigint $$;

-- The directories that this transaction serves. Unset is an error, so a forgotten scope fails instead of matching.
CREATE FUNCTION hearth.served() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT current_setting('hearth.directories')::text[] $$;
