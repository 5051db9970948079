-- What every read model has beside its own tables: its checkpoints, and the streams that are parked.

-- name: create
CREATE SCHEMA IF NOT EXISTS :schema;
CREATE TABLE IF NOT EXISTS :schema.checkpoints (
  source text PRIMARY KEY,
  epoch uuid NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  made_at timestamptz NOT NULL DEFAULT clock_timestamp());
-- An older release did not know when its read models were made.
ALTER TABLE :schema.checkpoints
  ADD COLUMN IF NOT EXISTS made_at timestamptz NOT NULL DEFAULT clock_timestamp();
-- One row for each group of errors that have one cause. Never a payload: see shared/poison.py.
CREATE TABLE IF NOT EXISTS :schema.causes (
  cause text PRIMARY KEY,
  error text NOT NULL,
  place text NOT NULL,
  message text NOT NULL,
  first_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
  times bigint NOT NULL DEFAULT 1);
-- One row for each stream that cannot go on; its events from `position` up to the checkpoint wait.
CREATE TABLE IF NOT EXISTS :schema.parked (
  source text NOT NULL,
  stream uuid NOT NULL,
  position bigint NOT NULL,
  version bigint NOT NULL,
  event_id uuid NOT NULL,
  topic text NOT NULL,
  subject text NOT NULL,
  cause text NOT NULL REFERENCES :schema.causes,
  attempts int NOT NULL DEFAULT 1,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tried_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  retry_at timestamptz,
  quarantined bool NOT NULL DEFAULT false,
  message text NOT NULL DEFAULT '',
  PRIMARY KEY (source, stream),
  CHECK (NOT quarantined OR retry_at IS NULL));
ALTER TABLE :schema.parked ADD COLUMN IF NOT EXISTS message text NOT NULL DEFAULT '';
-- Who decided what about a parked stream, and why. Rows are only added.
CREATE TABLE IF NOT EXISTS :schema.decisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  verb text NOT NULL CHECK (verb IN ('retry', 'skip', 'quarantine')),
  source text NOT NULL,
  stream uuid NOT NULL,
  position bigint,
  event_id uuid,
  reason text NOT NULL,
  agency text NOT NULL,
  officer text NOT NULL,
  CHECK (verb = 'retry' OR reason <> ''),
  CHECK ((verb = 'skip') = (position IS NOT NULL)),
  CHECK ((verb = 'skip') = (event_id IS NOT NULL)));
CREATE UNIQUE INDEX IF NOT EXISTS decisions_skipped
ON :schema.decisions (source, position, event_id) WHERE verb = 'skip';
-- A parked row is all that is known of the events that wait. Whoever deletes it loses them for this
-- read model without a trace, so only the follower may, in the transaction that has taken them.
CREATE OR REPLACE FUNCTION :schema.keep_parked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('liennganh.unpark', true), '') <> 'taken' THEN
    RAISE EXCEPTION 'a parked stream is not deleted: its events would be lost to this read model'
      USING HINT = 'Retry it, skip its event with a reason, or rebuild the projection.';
  END IF;
  RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER kept BEFORE DELETE ON :schema.parked
FOR EACH ROW EXECUTE FUNCTION :schema.keep_parked();
CREATE OR REPLACE TRIGGER kept_whole BEFORE TRUNCATE ON :schema.parked
FOR EACH STATEMENT EXECUTE FUNCTION :schema.keep_parked();

-- name: exists
SELECT to_regclass(':schema.checkpoints') IS NOT NULL

-- name: parks
-- Not so in a read model that an older release made.
SELECT to_regclass(':schema.decisions') IS NOT NULL AND count(*) = 2 FROM pg_attribute
WHERE (attrelid, attname) IN ((to_regclass(':schema.checkpoints')::oid, 'made_at'),
  (to_regclass(':schema.parked')::oid, 'message'))

-- name: turn
SELECT pg_advisory_xact_lock(139, hashtext(':schema'))

-- name: try_turn
SELECT pg_try_advisory_xact_lock(139, hashtext(':schema'))

-- name: begin
INSERT INTO :schema.checkpoints (source, epoch, position) VALUES ($1, $2, 0)
ON CONFLICT DO NOTHING

-- name: checkpoint
SELECT epoch, position FROM :schema.checkpoints WHERE source = $1

-- name: stands
-- The checkpoint of source $1, how its parked streams are, which of the streams $2 are among them,
-- and which events to come an operator has skipped.
SELECT c.epoch, c.position, p.*,
  ARRAY(SELECT w.stream FROM :schema.parked w WHERE w.source = $1 AND w.position <= c.position
    AND w.stream = ANY($2::uuid[])) AS waiting,
  ARRAY(SELECT d.event_id FROM :schema.decisions d WHERE d.source = $1 AND d.verb = 'skip'
    AND d.position > c.position) AS skipped
FROM :schema.checkpoints c CROSS JOIN (
  SELECT count(*) AS parked, count(*) FILTER (WHERE quarantined) AS quarantined,
    coalesce(max(position), 0) AS parked_up_to,
    coalesce(extract(epoch FROM clock_timestamp() - min(parked_at)), 0)::float8 AS oldest_seconds,
    extract(epoch FROM min(retry_at) - clock_timestamp())::float8 AS due_in_seconds
  FROM :schema.parked WHERE source = $1) p
WHERE c.source = $1

-- name: advance
UPDATE :schema.checkpoints
SET position = $2, recorded_at = $3, moved_at = clock_timestamp() WHERE source = $1

-- name: standing
-- How far each source was taken, and how its parked streams are: those that are not tried any more
-- and about which nobody has decided are `undecided`.
SELECT c.source, c.position, c.made_at, count(p.stream) AS parked,
  count(*) FILTER (WHERE p.quarantined) AS quarantined,
  count(*) FILTER (WHERE p.retry_at IS NULL AND NOT p.quarantined) AS undecided,
  coalesce(extract(epoch FROM clock_timestamp() - min(p.parked_at)), 0)::float8 AS oldest_seconds
FROM :schema.checkpoints c LEFT JOIN :schema.parked p USING (source)
GROUP BY c.source ORDER BY c.source

-- name: blame
INSERT INTO :schema.causes (cause, error, place, message) VALUES ($1, $2, $3, $4)
ON CONFLICT (cause) DO UPDATE SET times = causes.times + 1, last_seen = clock_timestamp()

-- name: park
INSERT INTO :schema.parked (source, stream, position, version, event_id, topic, subject, cause,
  retry_at, message)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + make_interval(secs => $9), $10)

-- name: due
SELECT stream, position, version, attempts FROM :schema.parked
WHERE source = $1 AND position <= $2 AND retry_at <= clock_timestamp()
ORDER BY position LIMIT $3 FOR UPDATE

-- name: skips
SELECT event_id FROM :schema.decisions WHERE source = $1 AND stream = $2 AND verb = 'skip'

-- name: failed_again
-- Waits $6 seconds; for an operator when that is NULL.
UPDATE :schema.parked SET cause = $4, attempts = $5, tried_at = clock_timestamp(),
  retry_at = clock_timestamp() + make_interval(secs => $6), message = $7
WHERE source = $1 AND stream = $2 AND position = $3

-- name: moved_on
-- The parked event was taken; a later one of its stream fails.
UPDATE :schema.parked SET position = $3, version = $4, event_id = $5, topic = $6, subject = $7,
  cause = $8, attempts = 1, parked_at = clock_timestamp(), tried_at = clock_timestamp(),
  retry_at = clock_timestamp() + make_interval(secs => $9), message = $10
WHERE source = $1 AND stream = $2

-- name: goes_on_at
-- The parked event and many after it were taken; the rest of the stream is due now.
UPDATE :schema.parked SET position = $3, version = $4, event_id = $5, topic = $6, subject = $7,
  attempts = 0, tried_at = clock_timestamp(), retry_at = clock_timestamp()
WHERE source = $1 AND stream = $2

-- name: unpark
WITH allowed AS (SELECT set_config('liennganh.unpark', 'taken', true))
DELETE FROM :schema.parked USING allowed WHERE source = $1 AND stream = $2

-- name: unpark_above
-- The checkpoint went back: what was parked above it is read again.
WITH allowed AS (SELECT set_config('liennganh.unpark', 'taken', true))
DELETE FROM :schema.parked USING allowed WHERE source = $1 AND position > $2

-- name: wake_above
-- Others may have failed for want of what was taken now.
UPDATE :schema.parked SET retry_at = clock_timestamp()
WHERE source = $1 AND position > $2 AND NOT quarantined

-- name: parked
SELECT p.*, c.error, c.place, k.position AS up_to,
  ARRAY(SELECT d.event_id FROM :schema.decisions d
    WHERE d.source = p.source AND d.stream = p.stream AND d.verb = 'skip') AS skipped
FROM :schema.parked p JOIN :schema.causes c USING (cause) JOIN :schema.checkpoints k USING (source)
ORDER BY p.parked_at, p.source, p.stream LIMIT $1

-- name: parked_causes
-- Groups of errors that park something now, those that park most first.
SELECT c.*, count(*) AS streams FROM :schema.causes c JOIN :schema.parked p USING (cause)
GROUP BY c.cause ORDER BY count(*) DESC, c.cause

-- name: parked_one
SELECT position, version, event_id, quarantined,
  attempts = 0 AND retry_at <= clock_timestamp() IS TRUE AS due
FROM :schema.parked WHERE source = $1 AND stream = $2 FOR UPDATE

-- name: skipped
SELECT EXISTS (SELECT FROM :schema.decisions
  WHERE source = $1 AND stream = $2 AND position = $3 AND verb = 'skip')

-- name: decide
INSERT INTO :schema.decisions (verb, source, stream, position, event_id, reason, agency, officer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: try_now
UPDATE :schema.parked SET retry_at = clock_timestamp(), attempts = 0, quarantined = false
WHERE source = $1 AND stream = $2

-- name: retry_all
-- Those of cause $1, or all; a quarantine was decided of one stream and is lifted for one stream.
WITH asked AS (
  SELECT source, stream FROM :schema.parked
  WHERE ($1 = '' OR cause = $1) AND NOT quarantined
    AND (attempts = 0 AND retry_at <= clock_timestamp()) IS NOT TRUE
  ORDER BY source, stream FOR UPDATE
), said AS (
  INSERT INTO :schema.decisions (verb, source, stream, reason, agency, officer)
  SELECT 'retry', source, stream, $2, $3, $4 FROM asked
), tried AS (
  UPDATE :schema.parked p SET retry_at = clock_timestamp(), attempts = 0
  FROM asked a WHERE (p.source, p.stream) = (a.source, a.stream) RETURNING 1
)
SELECT count(*) FROM tried

-- name: quarantine
UPDATE :schema.parked SET retry_at = NULL, quarantined = true WHERE source = $1 AND stream = $2
