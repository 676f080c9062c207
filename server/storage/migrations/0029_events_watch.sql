-- The permission to be told of events is called as what it allows: a stream that goes on.
SELECT set_config('hearth.directories', coalesce((SELECT array_agg(directory_id)::text FROM hearth.directories), '{}'), true);
UPDATE hearth.service_accounts SET permissions = array_replace(permissions, 'events.read', 'events.watch')
 WHERE 'events.read' = ANY (permissions);
UPDATE hearth.custom_roles SET permissions = array_replace(permissions, 'events.read', 'events.watch')
 WHERE 'events.read' = ANY (permissions);
