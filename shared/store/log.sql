-- The log of one service. `:schema` is the service's name; the events table has the columns, the
-- sequence and the types of eventsourcing 9.5's PostgresApplicationRecorder, plus three of ours.

-- name: create
-- Processes that start together make the tables in turn (the key of every CREATE of ours).
SELECT pg_advisory_xact_lock(138, 1);

CREATE SCHEMA IF NOT EXISTS :schema;

DO $$ BEGIN
  CREATE TYPE :schema.stored_event_uuid AS (
    originator_id uuid, originator_version bigint, topic text, state bytea);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE IF NOT EXISTS :schema.:schema_events (
  originator_id uuid NOT NULL,
  originator_version bigint NOT NULL,
  topic text,
  state bytea,
  notification_id bigserial,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  metadata jsonb,
  event_id uuid NOT NULL DEFAULT uuidv7(),
  PRIMARY KEY (originator_id, originator_version),
  CONSTRAINT event_is_small CHECK (octet_length(state) <= 262144));
CREATE UNIQUE INDEX IF NOT EXISTS :schema_events_notification_id_idx
  ON :schema.:schema_events (notification_id ASC);
CREATE UNIQUE INDEX IF NOT EXISTS :schema_events_event_id_idx
  ON :schema.:schema_events (event_id);

-- The idempotency ledger: a command id is settled in the transaction that records its events.
CREATE TABLE IF NOT EXISTS :schema.:schema_commands (
  command_id uuid PRIMARY KEY,
  first_position bigint NOT NULL,
  last_position bigint NOT NULL,
  request_hash bytea NOT NULL,
  result jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());

-- Positions compare only within one epoch: it changes when the store is restored or promoted.
CREATE TABLE IF NOT EXISTS :schema.:schema_store (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch uuid NOT NULL DEFAULT gen_random_uuid());
INSERT INTO :schema.:schema_store DEFAULT VALUES ON CONFLICT DO NOTHING;

-- How far the relay has published, as far as the broker has acknowledged.
CREATE TABLE IF NOT EXISTS :schema.:schema_relay (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL DEFAULT 0);
INSERT INTO :schema.:schema_relay DEFAULT VALUES ON CONFLICT DO NOTHING;

-- What retention removed or changed, and why. Kept for ever: nothing lets its rows go.
CREATE TABLE IF NOT EXISTS :schema.:schema_removals (
  removal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  removed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  session_role text NOT NULL DEFAULT session_user,
  operation text NOT NULL CHECK (operation IN ('DELETE', 'UPDATE')),
  table_name text NOT NULL,
  position bigint NOT NULL,
  stream uuid,
  version bigint,
  event_id uuid,
  command_id uuid,
  state_hash bytea NOT NULL CHECK (octet_length(state_hash) = 32),
  reason text NOT NULL);
-- Whoever has put the state of a stream aside asks whether something was removed from it.
CREATE INDEX IF NOT EXISTS :schema_removals_stream_idx ON :schema.:schema_removals (stream);

-- The one escape, `SET LOCAL liennganh.retention = '<reason>'`, is itself recorded. As its owner,
-- so that a role that may delete rows cannot touch what is noted about it.
CREATE OR REPLACE FUNCTION :schema.refuse_change() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  reason text := btrim(coalesce(current_setting('liennganh.retention', true), ''));
BEGIN
  IF reason = '' OR TG_OP = 'TRUNCATE' OR TG_TABLE_NAME = ':schema_removals' THEN
    RAISE EXCEPTION 'the log is append-only: % on % refused', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation',
            HINT = 'Record a correcting event instead.';
  END IF;
  IF char_length(reason) < 10 THEN
    RAISE EXCEPTION 'the log is append-only: % on % without a reason refused', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation',
            HINT = 'Give the decision and its legal ground, of 10 characters or more: '
                   'SET LOCAL liennganh.retention = ''<reason>''.';
  END IF;
  IF TG_TABLE_NAME = ':schema_events' THEN
    INSERT INTO :schema.:schema_removals
      (operation, table_name, position, stream, version, event_id, state_hash, reason)
    VALUES (TG_OP, TG_TABLE_NAME, OLD.notification_id, OLD.originator_id, OLD.originator_version,
            OLD.event_id, sha256(coalesce(OLD.state, '')), reason);
  ELSE
    INSERT INTO :schema.:schema_removals
      (operation, table_name, position, command_id, state_hash, reason)
    VALUES (TG_OP, TG_TABLE_NAME, OLD.first_position, OLD.command_id,
            sha256(convert_to(OLD.result::text, 'UTF8')), reason);
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON :schema.:schema_events
  FOR EACH ROW EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON :schema.:schema_events
  FOR EACH STATEMENT EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON :schema.:schema_commands
  FOR EACH ROW EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON :schema.:schema_commands
  FOR EACH STATEMENT EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON :schema.:schema_removals
  FOR EACH ROW EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON :schema.:schema_removals
  FOR EACH STATEMENT EXECUTE FUNCTION :schema.refuse_change();

-- Expectations: 0 exact, 1 none, 2 exists, 3 any, 4 unique (see shared/log.py).
CREATE OR REPLACE FUNCTION :schema.append(
  p_ids uuid[], p_hashes bytea[], p_results jsonb[],
  p_cmd int[], p_event uuid[], p_stream uuid[], p_ver bigint[], p_expect smallint[],
  p_topic text[], p_state bytea[], p_meta jsonb[])
RETURNS TABLE(cmd int, status text, first_position bigint, last_position bigint,
              head bigint, stream uuid, request_hash bytea, result jsonb, recorded_at timestamptz)
LANGUAGE plpgsql VOLATILE
-- As its owner: the role that serves may call this and may not write to the tables itself.
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- The planner sees neither how long the arrays are nor how long the log will be. So one plan for
-- good: tables are read by their keys (the log may be huge), arrays are never joined row by row.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_nestloop = off
AS $$
#variable_conflict use_column
DECLARE
  left_out int[] := '{}';
  new_position bigint;
BEGIN
  -- Two locks, each its own statement, so that the queries below see what earlier writers did:
  -- our writers take turns by the first; the second makes the library's EXCLUSIVE lock wait for
  -- us and us for it, without meeting VACUUM.
  PERFORM pg_advisory_xact_lock(':schema.:schema_events'::regclass::oid::bigint);
  LOCK TABLE :schema.:schema_events IN ROW EXCLUSIVE MODE;

  -- One event alone that fits goes a short way: starting the queries below costs more than its row.
  IF cardinality(p_ids) = 1 AND cardinality(p_cmd) = 1 AND p_expect[1] IN (0, 1)
    AND (coalesce((SELECT x.originator_version FROM :schema.:schema_events x
      WHERE x.originator_id = p_stream[1] ORDER BY x.originator_version DESC LIMIT 1), 0)
      = CASE p_expect[1] WHEN 0 THEN p_ver[1] - 1 ELSE 0 END)
    AND NOT EXISTS (SELECT FROM :schema.:schema_commands k WHERE k.command_id = p_ids[1])
  THEN
    INSERT INTO :schema.:schema_events AS x
      (originator_id, originator_version, topic, state, metadata, event_id)
    VALUES (p_stream[1], p_ver[1], p_topic[1], p_state[1], p_meta[1], p_event[1])
    RETURNING x.notification_id, x.recorded_at INTO new_position, recorded_at;
    INSERT INTO :schema.:schema_commands
      (command_id, first_position, last_position, request_hash, result)
    VALUES (p_ids[1], new_position, new_position, p_hashes[1], p_results[1]);
    cmd := 1; status := 'appended'; first_position := new_position;
    last_position := new_position;
    RETURN NEXT;
    RETURN;
  END IF;

  -- Of many, mostly all fit. Only when one may not is each command judged by itself.
  IF EXISTS (SELECT FROM :schema.:schema_commands k WHERE k.command_id = ANY (p_ids))
    OR (SELECT count(DISTINCT id) < cardinality(p_ids) FROM unnest(p_ids) AS t(id))
    OR EXISTS (
      SELECT FROM unnest(p_cmd, p_stream, p_ver, p_expect) AS e(cmd, stream, ver, expect)
      GROUP BY stream
      HAVING min(cmd) < max(cmd) OR max(ver) - min(ver) + 1 <> count(*)
        OR count(DISTINCT ver) < count(*)
        OR CASE min(expect) WHEN 0 THEN min(ver) - 1 WHEN 1 THEN 0 ELSE -1 END <> coalesce((
          SELECT x.originator_version FROM :schema.:schema_events x
          WHERE x.originator_id = stream ORDER BY x.originator_version DESC LIMIT 1), 0))
  THEN
    FOR cmd, status, first_position, last_position, head, stream, request_hash, result, recorded_at
    IN WITH c AS (
      SELECT id, cmd::int, min(cmd) OVER (PARTITION BY id) < cmd AS again
      FROM unnest(p_ids) WITH ORDINALITY AS t(id, cmd)),
    known AS (
      SELECT c.cmd, k.* FROM c JOIN (SELECT * FROM :schema.:schema_commands
        WHERE command_id = ANY (p_ids)) k ON k.command_id = c.id),
    need AS (
      SELECT cmd, stream, min(ver) AS first, min(expect) AS expect,
             count(DISTINCT ver) = count(*) AS once,
             max(ver) - min(ver) + 1 = count(*) AS whole,
             -- In a target list, because as a join it might read the whole log.
             bool_or(expect = 4 AND (SELECT true FROM :schema.:schema_events x
               WHERE x.originator_id = stream AND x.originator_version = ver)) AS taken,
             min(cmd) OVER (PARTITION BY stream) < cmd AS again,
             (SELECT x.originator_version FROM :schema.:schema_events x
              WHERE x.originator_id = stream ORDER BY x.originator_version DESC LIMIT 1) AS head
      FROM unnest(p_cmd, p_stream, p_ver, p_expect) AS e(cmd, stream, ver, expect)
      WHERE cmd NOT IN (SELECT cmd FROM known) GROUP BY cmd, stream),
    later AS (  -- Of two commands on one stream in one batch, the second waits for the next batch.
      SELECT cmd FROM need WHERE again
      UNION SELECT cmd FROM c WHERE again AND cmd NOT IN (SELECT cmd FROM known)),
    bad AS (
      SELECT DISTINCT ON (cmd) cmd, coalesce(head, 0) AS head, stream FROM need
      WHERE NOT once OR CASE expect
        WHEN 0 THEN NOT whole OR first <> coalesce(head, 0) + 1
        WHEN 1 THEN NOT whole OR head IS NOT NULL
        WHEN 2 THEN NOT whole OR head IS NULL
        WHEN 3 THEN NOT whole
        ELSE taken END
      ORDER BY cmd, stream)
    SELECT c.cmd,
           CASE WHEN k.cmd IS NOT NULL THEN 'duplicate' WHEN l.cmd IS NOT NULL THEN 'deferred'
                ELSE 'conflict' END,
           k.first_position, k.last_position, b.head, b.stream, k.request_hash, k.result,
           k.recorded_at
    FROM c LEFT JOIN known k ON k.cmd = c.cmd LEFT JOIN later l ON l.cmd = c.cmd
           LEFT JOIN bad b ON b.cmd = c.cmd
    WHERE k.cmd IS NOT NULL OR l.cmd IS NOT NULL OR b.cmd IS NOT NULL
    LOOP
      left_out := left_out || cmd;
      RETURN NEXT;
    END LOOP;
  END IF;

  RETURN QUERY
  WITH e AS MATERIALIZED (
    SELECT cmd, event, stream, topic, state, meta,
           CASE WHEN expect IN (2, 3) THEN ver + coalesce((
             SELECT x.originator_version FROM :schema.:schema_events x
             WHERE x.originator_id = stream ORDER BY x.originator_version DESC LIMIT 1), 0)
           ELSE ver END AS version,
           nextval(':schema.:schema_events_notification_id_seq') AS position,
           clock_timestamp() AS at
    FROM unnest(p_cmd, p_event, p_stream, p_ver, p_expect, p_topic, p_state, p_meta)
      AS t(cmd, event, stream, ver, expect, topic, state, meta)
    WHERE cmd <> ALL (left_out)),
  recorded AS (
    INSERT INTO :schema.:schema_events (originator_id, originator_version, topic, state,
      notification_id, recorded_at, metadata, event_id)
    SELECT stream, version, topic, state, position, at, meta, event FROM e),
  placed AS (
    SELECT cmd, min(position) AS first, max(position) AS last, max(at) AS at FROM e GROUP BY cmd),
  settled AS (
    INSERT INTO :schema.:schema_commands
      (command_id, first_position, last_position, request_hash, result)
    SELECT c.id, p.first, p.last, c.hash, c.result
    FROM unnest(p_ids, p_hashes, p_results) WITH ORDINALITY AS c(id, hash, result, cmd)
      JOIN placed p ON p.cmd = c.cmd)
  SELECT cmd, 'appended', first, last, NULL::bigint, NULL::uuid, NULL::bytea, NULL::jsonb, at
  FROM placed;
END $$;

-- name: append
SELECT * FROM :schema.append($1, $2, $3::jsonb[], $4, $5, $6, $7, $8, $9, $10, $11::jsonb[])
ORDER BY cmd

-- name: settled
SELECT first_position, last_position, request_hash, result, recorded_at
FROM :schema.:schema_commands WHERE command_id = $1

-- name: load
SELECT notification_id, event_id, originator_id, originator_version, topic, state,
       recorded_at, metadata
FROM :schema.:schema_events WHERE originator_id = $1 AND originator_version > $2
ORDER BY originator_version LIMIT $3

-- name: count
SELECT count(*) FROM :schema.:schema_events WHERE originator_id = $1 AND originator_version > $2
  AND notification_id <= $3 AND event_id <> ALL($4::uuid[])

-- name: read
SELECT notification_id, event_id, originator_id, originator_version, topic, state,
       recorded_at, metadata
FROM :schema.:schema_events WHERE notification_id > $1 ORDER BY notification_id LIMIT $2

-- name: by_event_id
SELECT notification_id, event_id, originator_id, originator_version, topic, state,
       recorded_at, metadata
FROM :schema.:schema_events WHERE event_id = $1

-- name: head
SELECT coalesce(max(notification_id), 0) FROM :schema.:schema_events

-- name: epoch
SELECT epoch FROM :schema.:schema_store

-- What a writer's session begins with: which epoch it writes to, and that a commit is on disk
-- (and on the standbys that the server waits for) whatever the role's own default says.
-- name: begin_writing
SELECT epoch, CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
  THEN set_config('synchronous_commit', 'on', false) END AS raised
FROM :schema.:schema_store

-- name: new_epoch
UPDATE :schema.:schema_store SET epoch = gen_random_uuid() RETURNING epoch

-- Writers of the epoch before are made to connect again, and then see that it has passed.
-- name: end_writers
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'liennganh :schema writer'
  AND pg_has_role(usesysid, 'USAGE')

-- name: relay_position
SELECT position FROM :schema.:schema_relay

-- name: move_relay
UPDATE :schema.:schema_relay SET position = $1

-- name: not_durable
SELECT name || ' ' || setting FROM pg_settings
WHERE (name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off')
   OR (name = 'synchronous_commit' AND setting = 'local'
       AND current_setting('synchronous_standby_names') <> '')
ORDER BY name
