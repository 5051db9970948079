-- Who may do what in the database. Two roles: the owner makes and updates the tables of the logs;
-- the role that serves reads them, appends by calling a function, and owns its read models.
-- `liennganh.serving_role` names it, for the length of a transaction.

-- name: make_role
DO $$
DECLARE
  serving text := current_setting('liennganh.serving_role');
  key text := current_setting('liennganh.serving_password');
BEGIN
  PERFORM pg_advisory_xact_lock(138, 1);
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = serving) THEN
    EXECUTE format('CREATE ROLE %I', serving);
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION '
                 'NOBYPASSRLS PASSWORD %L', serving, key);
END $$;

-- name: admit
-- Into this database; and read models and snapshots that another role made, perhaps before there
-- were two, are handed over: whoever follows a log must be able to rebuild and replace them.
DO $$
DECLARE
  serving text := current_setting('liennganh.serving_role');
  found record;
BEGIN
  PERFORM pg_advisory_xact_lock(138, 1);
  IF pg_has_role(serving, current_user, 'MEMBER') THEN
    RETURN;  -- It is the owner itself, or a superuser: nothing that could be granted is missing.
  END IF;
  EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO %I',
                 current_database(), serving);
  FOR found IN
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE (to_regclass(format('%I.checkpoints', n.nspname)) IS NOT NULL
           OR to_regclass(format('%I.snapshots', n.nspname)) IS NOT NULL)
      AND to_regclass(format('%I.%I', n.nspname, n.nspname || '_store')) IS NULL
      AND pg_has_role(n.nspowner, 'USAGE') AND n.nspowner <> serving::regrole
  LOOP
    EXECUTE format('ALTER SCHEMA %I OWNER TO %I', found.nspname, serving);
    EXECUTE coalesce((SELECT string_agg(format('ALTER TABLE %s OWNER TO %I', c.oid::regclass,
                                               serving), '; ')
                      FROM pg_class c WHERE c.relnamespace = found.oid
                        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')), 'SELECT');
    EXECUTE coalesce((SELECT string_agg(format('ALTER ROUTINE %s OWNER TO %I',
                                               p.oid::regprocedure, serving), '; ')
                      FROM pg_proc p WHERE p.pronamespace = found.oid), 'SELECT');
  END LOOP;
END $$;

-- name: grant
-- Nothing on the sequences: only `append`, as its owner, takes positions.
DO $$
DECLARE
  serving text := current_setting('liennganh.serving_role');
BEGIN
  PERFORM pg_advisory_xact_lock(138, 1);
  REVOKE ALL ON ALL ROUTINES IN SCHEMA :schema FROM PUBLIC;
  IF pg_has_role(serving, (SELECT nspowner FROM pg_namespace WHERE nspname = ':schema'),
                 'MEMBER') THEN
    RETURN;
  END IF;
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA :schema FROM %I', serving);
  EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA :schema FROM %I', serving);
  EXECUTE format('REVOKE ALL ON SCHEMA :schema FROM %I', serving);
  EXECUTE format('GRANT USAGE ON SCHEMA :schema TO %I', serving);
  EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA :schema TO %I', serving);
  EXECUTE format('GRANT UPDATE (position) ON :schema.:schema_relay TO %I', serving);
  EXECUTE format('GRANT EXECUTE ON FUNCTION :schema.append TO %I', serving);
END $$;

-- name: mine
-- Whether this role makes and updates the tables: there are none yet, or it owns them.
SELECT coalesce((SELECT pg_has_role(nspowner, 'USAGE')
                 FROM pg_namespace WHERE nspname = ':schema'), true)

-- name: may_append
SELECT coalesce((
  SELECT has_schema_privilege(n.oid, 'USAGE') AND EXISTS (
    SELECT FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname = 'append' AND p.prosecdef
      AND has_function_privilege(p.oid, 'EXECUTE'))
  FROM pg_namespace n WHERE n.nspname = ':schema'), false)

-- name: may_change_server
SELECT what FROM (VALUES
  (1, 'is a superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)),
  (2, 'may become a superuser',
      EXISTS (SELECT FROM pg_roles WHERE rolsuper AND pg_has_role(oid, 'MEMBER'))),
  (3, 'may run programs or write files of the server',
      pg_has_role('pg_execute_server_program', 'MEMBER')
      OR pg_has_role('pg_write_server_files', 'MEMBER')),
  (4, 'may set session_replication_role',
      has_parameter_privilege('session_replication_role', 'SET')),
  (5, 'owns this database',  -- It could drop it, logs and all.
      (SELECT pg_has_role(datdba, 'MEMBER') FROM pg_database
       WHERE datname = current_database()))) AS t(rank, what, so)
WHERE so ORDER BY rank LIMIT 1

-- name: may_change_log
SELECT what FROM (
  SELECT 1 AS rank, 'owns schema :schema' AS what FROM pg_namespace
  WHERE nspname = ':schema' AND pg_has_role(nspowner, 'MEMBER')
  UNION ALL
  SELECT 2, 'owns ' || c.oid::regclass FROM pg_class c
  WHERE c.relnamespace = to_regnamespace(':schema') AND pg_has_role(c.relowner, 'MEMBER')
  UNION ALL
  SELECT 3, 'owns ' || p.oid::regproc FROM pg_proc p
  WHERE p.pronamespace = to_regnamespace(':schema') AND pg_has_role(p.proowner, 'MEMBER')
  UNION ALL
  SELECT 4, format('has %s on %s', may.privilege, c.oid::regclass)
  FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER'])
    AS may(privilege)
  WHERE c.relnamespace = to_regnamespace(':schema')
    AND c.relname IN (':schema_events', ':schema_commands', ':schema_removals', ':schema_store')
    AND CASE WHEN may.privilege IN ('INSERT', 'UPDATE')
          THEN has_any_column_privilege(c.oid, may.privilege)
          ELSE has_table_privilege(c.oid, may.privilege) END
  UNION ALL
  SELECT 5, 'has UPDATE on ' || c.oid::regclass FROM pg_class c
  WHERE c.relnamespace = to_regnamespace(':schema') AND c.relkind = 'S'
    AND (has_sequence_privilege(c.oid, 'UPDATE') OR has_sequence_privilege(c.oid, 'USAGE'))) AS t
ORDER BY rank, what LIMIT 1
