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

CREATE OR REPLACE FUNCTION :schema.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('liennganh.retention', true) = 'on' THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'the log is append-only: % on % refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation',
          HINT = 'Record a correcting event instead.';
END $$;
CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON :schema.:schema_events
  FOR EACH ROW EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON :schema.:schema_events
  FOR EACH STATEMENT EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON :schema.:schema_commands
  FOR EACH ROW EXECUTE FUNCTION :schema.refuse_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON :schema.:schema_commands
  FOR EACH STATEMENT EXECUTE FUNCTION :schema.refuse_change();

-- Expectations: 0 exact, 1 none, 2 exists, 3 any, 4 unique (see shared/log.py).
CREATE OR REPLACE FUNCTION :schema.append(
  p_ids uuid[], p_hashes bytea[], p_results jsonb[],
  p_cmd int[], p_event uuid[], p_stream uuid[], p_ver bigint[], p_expect smallint[],
  p_topic text[], p_state bytea[], p_meta jsonb[])
RETURNS TABLE(cmd int, status text, first_position bigint, last_position bigint,
              head bigint, stream uuid, request_hash bytea, result jsonb, recorded_at timestamptz)
LANGUAGE plpgsql VOLATILE
-- The planner cannot see how long the arrays are; nested loops over a full batch are quadratic.
SET enable_nestloop = off
AS $$
#variable_conflict use_column
BEGIN
  -- Two locks, each its own statement, so that the query below sees what earlier writers did:
  -- our writers take turns by the first; the second makes the library's EXCLUSIVE lock wait for
  -- us and us for it, without meeting VACUUM.
  PERFORM pg_advisory_xact_lock(':schema.:schema_events'::regclass::oid::bigint);
  LOCK TABLE :schema.:schema_events IN ROW EXCLUSIVE MODE;
  RETURN QUERY
  WITH c AS (
    SELECT id, hash, result, ord::int AS cmd
    FROM unnest(p_ids, p_hashes, p_results) WITH ORDINALITY AS t(id, hash, result, ord)),
  e AS (
    SELECT * FROM unnest(p_cmd, p_event, p_stream, p_ver, p_expect, p_topic, p_state, p_meta)
      WITH ORDINALITY AS t(cmd, event, stream, ver, expect, topic, state, meta, ord)),
  known AS (
    SELECT c.cmd, k.* FROM c JOIN :schema.:schema_commands k ON k.command_id = c.id),
  need AS (
    SELECT e.cmd, e.stream, min(e.ver) AS fv, max(e.ver) AS lv, min(e.expect) AS expect,
           max(e.ver) - min(e.ver) + 1 = count(*) AND count(*) = count(DISTINCT e.ver) AS whole
    FROM e WHERE e.cmd NOT IN (SELECT cmd FROM known) GROUP BY e.cmd, e.stream),
  heads AS (
    SELECT n.*, coalesce(h.v, 0) AS hv, h.v IS NOT NULL AS there
    FROM need n LEFT JOIN LATERAL (
      SELECT x.originator_version AS v FROM :schema.:schema_events x
      WHERE x.originator_id = n.stream ORDER BY x.originator_version DESC LIMIT 1) h ON true),
  later AS (  -- Of two commands on one stream in one batch, the second waits for the next batch.
    SELECT n.cmd FROM need n
    WHERE EXISTS (SELECT 1 FROM need m WHERE m.stream = n.stream AND m.cmd < n.cmd)
    UNION
    SELECT c.cmd FROM c JOIN c b ON b.id = c.id AND b.cmd < c.cmd
    WHERE c.cmd NOT IN (SELECT cmd FROM known)),
  bad AS (
    SELECT DISTINCT ON (cmd) cmd, hv, stream FROM heads
    WHERE CASE expect
      WHEN 0 THEN NOT whole OR fv <> hv + 1
      WHEN 1 THEN NOT whole OR there
      WHEN 2 THEN NOT whole OR NOT there
      WHEN 3 THEN NOT whole
      ELSE EXISTS (SELECT 1 FROM :schema.:schema_events x JOIN e ON e.cmd = heads.cmd
                     AND e.stream = heads.stream AND x.originator_id = e.stream
                     AND x.originator_version = e.ver)
           OR (SELECT count(*) <> count(DISTINCT e.ver) FROM e
               WHERE e.cmd = heads.cmd AND e.stream = heads.stream) END
    ORDER BY cmd, stream),
  good AS (
    SELECT e.*, CASE WHEN e.expect IN (2, 3) THEN h.hv + e.ver ELSE e.ver END AS final
    FROM e JOIN heads h ON h.cmd = e.cmd AND h.stream = e.stream
    WHERE e.cmd NOT IN (SELECT cmd FROM later) AND e.cmd NOT IN (SELECT cmd FROM bad)),
  ins AS (
    INSERT INTO :schema.:schema_events
      (originator_id, originator_version, topic, state, metadata, event_id)
    SELECT stream, final, topic, state, meta, event FROM good ORDER BY ord
    RETURNING originator_id, originator_version, notification_id, recorded_at),
  pos AS (
    SELECT g.cmd, min(i.notification_id) AS fp, max(i.notification_id) AS lp,
           max(i.recorded_at) AS at
    FROM ins i JOIN good g ON g.stream = i.originator_id AND g.final = i.originator_version
    GROUP BY g.cmd),
  led AS (
    INSERT INTO :schema.:schema_commands
      (command_id, first_position, last_position, request_hash, result)
    SELECT c.id, pos.fp, pos.lp, c.hash, c.result FROM pos JOIN c ON c.cmd = pos.cmd RETURNING 1)
  SELECT c.cmd,
         CASE WHEN k.cmd IS NOT NULL THEN 'duplicate' WHEN pos.cmd IS NOT NULL THEN 'appended'
              WHEN l.cmd IS NOT NULL THEN 'deferred' ELSE 'conflict' END,
         coalesce(k.first_position, pos.fp), coalesce(k.last_position, pos.lp), b.hv, b.stream,
         k.request_hash, k.result, coalesce(k.recorded_at, pos.at)
  FROM c LEFT JOIN known k ON k.cmd = c.cmd LEFT JOIN pos ON pos.cmd = c.cmd
         LEFT JOIN later l ON l.cmd = c.cmd LEFT JOIN bad b ON b.cmd = c.cmd
  ORDER BY c.cmd;
END $$;

-- name: append
SELECT * FROM :schema.append($1, $2, $3::jsonb[], $4, $5, $6, $7, $8, $9, $10, $11::jsonb[])

-- name: settled
SELECT first_position, last_position, request_hash, result, recorded_at
FROM :schema.:schema_commands WHERE command_id = $1

-- name: load
SELECT notification_id, event_id, originator_id, originator_version, topic, state,
       recorded_at, metadata
FROM :schema.:schema_events WHERE originator_id = $1 AND originator_version > $2
ORDER BY originator_version

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

-- name: relay_position
SELECT position FROM :schema.:schema_relay

-- name: move_relay
UPDATE :schema.:schema_relay SET position = $1

-- name: not_durable
SELECT name FROM pg_settings WHERE setting = 'off'
  AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name
