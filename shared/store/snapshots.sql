-- Snapshots of one service's streams (shared/snapshots.py). A schema of its own, beside the log's:
-- the role that serves writes here and there it must not. All of it may be dropped at any time.
-- What retention touched in the log is gone here, too: such streams are folded from their events.
-- Not by a trigger of the log: its owner would run what the role that serves hangs on this table.

-- name: create
SELECT pg_advisory_xact_lock(138, 1);
CREATE SCHEMA IF NOT EXISTS :schema_snapshots;
CREATE TABLE IF NOT EXISTS :schema_snapshots.snapshots (
  stream uuid NOT NULL,
  kind text NOT NULL,
  code text NOT NULL,
  version bigint NOT NULL,
  state bytea NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (stream, kind));
DELETE FROM :schema_snapshots.snapshots s USING :schema.:schema_removals r
WHERE r.stream = s.stream;

-- name: newest
SELECT version, state FROM :schema_snapshots.snapshots
WHERE stream = $1 AND kind = $2 AND code = $3
  AND NOT EXISTS (SELECT FROM :schema.:schema_removals r WHERE r.stream = $1)

-- name: put
-- Of other code only the first is replaced at any version: two releases side by side take turns.
INSERT INTO :schema_snapshots.snapshots AS s (stream, kind, code, version, state)
SELECT $1::uuid, $2, $3, $4::bigint, $5::bytea
WHERE NOT EXISTS (SELECT FROM :schema.:schema_removals r WHERE r.stream = $1)
ON CONFLICT (stream, kind) DO UPDATE
SET code = EXCLUDED.code, version = EXCLUDED.version, state = EXCLUDED.state,
    taken_at = EXCLUDED.taken_at
WHERE s.version < EXCLUDED.version OR s.code <> EXCLUDED.code
