-- After a restore, before the first start (README.md says when). Run it in the restored database:
--   docker compose exec -T postgres psql -U liennganh -d liennganh -v ON_ERROR_STOP=1 < after_restore.sql
--
-- Each log gets a new epoch, because its positions may be given anew to other events; the relays
-- begin again at 0; the read models are dropped, and the first start makes them from the logs. The
-- role that serves is let into the database, which a dump does not remember.
BEGIN;
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT schemaname FROM pg_tables WHERE tablename = schemaname || '_store' LOOP
    EXECUTE format('UPDATE %1$I.%2$I SET epoch = gen_random_uuid()',
                   found.schemaname, found.schemaname || '_store');
    EXECUTE format('UPDATE %1$I.%2$I SET position = 0',
                   found.schemaname, found.schemaname || '_relay');
    RAISE NOTICE 'log %: new epoch, relay from the beginning', found.schemaname;
  END LOOP;
  FOR found IN SELECT schemaname FROM pg_tables WHERE tablename = 'checkpoints' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', found.schemaname);
    RAISE NOTICE 'read model %: will be made again', found.schemaname;
  END LOOP;
  IF to_regrole('liennganh_services') IS NOT NULL THEN
    EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO liennganh_services',
                   current_database());
  END IF;
END $$;
COMMIT;
