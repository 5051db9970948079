-- What every read model has beside its own tables: its checkpoints.

-- name: create
CREATE SCHEMA IF NOT EXISTS :schema;
CREATE TABLE IF NOT EXISTS :schema.checkpoints (
  source text PRIMARY KEY,
  epoch uuid NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp());

-- name: exists
SELECT to_regclass(':schema.checkpoints') IS NOT NULL

-- name: turn
SELECT pg_advisory_xact_lock(':schema.checkpoints'::regclass::oid::bigint)

-- name: begin
INSERT INTO :schema.checkpoints (source, epoch, position) VALUES ($1, $2, 0)
ON CONFLICT DO NOTHING

-- name: checkpoint
SELECT epoch, position FROM :schema.checkpoints WHERE source = $1

-- name: advance
UPDATE :schema.checkpoints
SET position = $2, recorded_at = $3, moved_at = clock_timestamp() WHERE source = $1

-- name: lag
SELECT source, position, recorded_at, moved_at FROM :schema.checkpoints ORDER BY source
