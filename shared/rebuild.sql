-- `:schema` is a live read model, `:schema_new` the one that is built beside it.

-- name: alone
SELECT pg_try_advisory_lock(140, hashtext(':schema'))

-- name: alone_no_more
SELECT pg_advisory_unlock(140, hashtext(':schema'))

-- name: there
SELECT to_regclass(':schema.checkpoints') IS NOT NULL

-- name: in_line
-- Whoever makes tables of ours does it in turn.
SELECT pg_advisory_xact_lock(138, 1)

-- name: patient
-- What is carried over at the end, on other connections, takes longer than a silence usually may.
SET LOCAL idle_in_transaction_session_timeout = '10min'

-- name: throw_away
DROP SCHEMA IF EXISTS :schema_new CASCADE

-- name: checkpoints
SELECT source, epoch, position FROM :schema.checkpoints

-- name: copy_decisions
INSERT INTO :schema_new.decisions OVERRIDING SYSTEM VALUE
SELECT * FROM :schema.decisions
WHERE id > (SELECT coalesce(max(id), 0) FROM :schema_new.decisions)

-- name: count_decisions_on
SELECT setval(pg_get_serial_sequence(':schema_new.decisions', 'id'), max(id))
FROM :schema_new.decisions

-- name: try_what_live_has_taken
UPDATE :schema_new.parked n SET retry_at = clock_timestamp()
WHERE NOT quarantined AND NOT EXISTS (
  SELECT FROM :schema.parked l WHERE (l.source, l.stream) = (n.source, n.stream))

-- name: keep_parked
UPDATE :schema_new.parked n SET attempts = l.attempts, parked_at = l.parked_at,
  tried_at = l.tried_at, retry_at = l.retry_at, quarantined = l.quarantined
FROM :schema.parked l WHERE (l.source, l.stream) = (n.source, n.stream)

-- name: tables
-- All tables of both but $1; whether they number their rows ($2).
SELECT relname AS name, bool_or(c.relnamespace = ':schema'::regnamespace) AS in_live,
  bool_or(c.relnamespace = ':schema_new'::regnamespace) AS in_new,
  bool_or(EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = ANY($2::text[])))
    AS numbered
FROM pg_class c
WHERE relkind IN ('r', 'p') AND relname <> ALL($1::text[])
  AND relnamespace IN (':schema'::regnamespace, ':schema_new'::regnamespace)
GROUP BY relname ORDER BY relname

-- name: digest
-- The same for the same rows in any order; columns $1 left out.
SELECT count(*) || ' ' ||
  coalesce(sum(hashtextextended((to_jsonb(t) - $1::text[])::text, 138)::numeric), 0)
FROM :schema.:table t

-- name: count
SELECT count(*) FROM :schema.:table

-- name: only_live
SELECT count(*) FROM (
  SELECT hashtextextended((to_jsonb(t) - $1::text[])::text, 138) FROM :schema.:table t
  EXCEPT ALL
  SELECT hashtextextended((to_jsonb(t) - $1::text[])::text, 138) FROM :schema_new.:table t) AS found

-- name: only_new
SELECT count(*) FROM (
  SELECT hashtextextended((to_jsonb(t) - $1::text[])::text, 138) FROM :schema_new.:table t
  EXCEPT ALL
  SELECT hashtextextended((to_jsonb(t) - $1::text[])::text, 138) FROM :schema.:table t) AS found

-- name: live_tables
SELECT string_agg(format('%I.%I', ':schema', relname), ', ' ORDER BY relname)
FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = ':schema'::regnamespace

-- name: take_over
DELETE FROM :schema_new.:table;
INSERT INTO :schema_new.:table SELECT * FROM :schema.:table

-- name: name_it
ALTER SCHEMA :schema_new RENAME TO :schema

-- name: replace
ALTER SCHEMA :schema RENAME TO :schema_old;
ALTER SCHEMA :schema_new RENAME TO :schema;
DROP SCHEMA :schema_old CASCADE
