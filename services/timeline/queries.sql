-- A page shows what was known at one moment of what had happened by another, as corrected by then.
-- Stores and topics that are left out of it are counted by `hidden`. What is secret still is on no
-- page and in no count of an agency that reads under none of its readers' names.

-- name: copy_entries
COPY :schema.entries (entry_id, store, position, event_id, topic, stream, version, occurred_at,
  recorded_at, agency, agency_vi, agency_en, officer, subjects, vi, en, late, correlation_id,
  causation_id, readers) FROM STDIN

-- name: copy_subject_entries
COPY :schema.subject_entries (subject, entry_id) FROM STDIN

-- name: call
INSERT INTO :schema.titles (subject, vi, en)
SELECT subject, vi, en FROM unnest($1::text[], $2::text[], $3::text[]) AS t(subject, vi, en)
ON CONFLICT (subject) DO UPDATE SET vi = excluded.vi, en = excluded.en

-- name: titles
SELECT subject, vi, en FROM :schema.titles WHERE subject = ANY($1::text[])

-- name: secrets
SELECT subject, readers FROM :schema.secrets WHERE subject = ANY($1::text[])

-- name: copy_secrets
COPY :schema.secrets (subject, readers) FROM STDIN

-- name: open_entries
UPDATE :schema.entries SET readers = NULL WHERE readers IS NOT NULL AND entry_id IN (
  SELECT entry_id FROM :schema.subject_entries WHERE subject = ANY($1::text[]))

-- name: open_secrets
DELETE FROM :schema.secrets WHERE subject = ANY($1::text[])

-- name: page_of_subject
SELECT e.* FROM :schema.subject_entries s JOIN :schema.entries e USING (entry_id)
WHERE s.subject = $1 AND s.entry_id > $2 AND e.recorded_at <= $4
  AND NOT (e.store = ANY($6::text[]) OR e.topic = ANY($6::text[]))
  AND (e.readers IS NULL OR e.readers && $7::text[])
  AND CASE WHEN e.corrected THEN coalesce(
    (SELECT c.moment FROM :schema.corrections c
     WHERE c.target = e.event_id AND c.recorded_at <= $4 AND c.moment IS NOT NULL
     ORDER BY c.entry_id DESC LIMIT 1), e.occurred_at) ELSE e.occurred_at END <= $3
ORDER BY s.entry_id LIMIT $5

-- name: page_of_subject_backwards
SELECT e.* FROM :schema.subject_entries s JOIN :schema.entries e USING (entry_id)
WHERE s.subject = $1 AND s.entry_id < $2 AND e.recorded_at <= $4
  AND NOT (e.store = ANY($6::text[]) OR e.topic = ANY($6::text[]))
  AND (e.readers IS NULL OR e.readers && $7::text[])
  AND CASE WHEN e.corrected THEN coalesce(
    (SELECT c.moment FROM :schema.corrections c
     WHERE c.target = e.event_id AND c.recorded_at <= $4 AND c.moment IS NOT NULL
     ORDER BY c.entry_id DESC LIMIT 1), e.occurred_at) ELSE e.occurred_at END <= $3
ORDER BY s.entry_id DESC LIMIT $5

-- name: page
SELECT * FROM :schema.entries e
WHERE entry_id > $1 AND recorded_at <= $3
  AND NOT (store = ANY($5::text[]) OR topic = ANY($5::text[]))
  AND (readers IS NULL OR readers && $6::text[])
  AND CASE WHEN corrected THEN coalesce(
    (SELECT c.moment FROM :schema.corrections c
     WHERE c.target = e.event_id AND c.recorded_at <= $3 AND c.moment IS NOT NULL
     ORDER BY c.entry_id DESC LIMIT 1), occurred_at) ELSE occurred_at END <= $2
ORDER BY entry_id LIMIT $4

-- name: page_backwards
SELECT * FROM :schema.entries e
WHERE entry_id < $1 AND recorded_at <= $3
  AND NOT (store = ANY($5::text[]) OR topic = ANY($5::text[]))
  AND (readers IS NULL OR readers && $6::text[])
  AND CASE WHEN corrected THEN coalesce(
    (SELECT c.moment FROM :schema.corrections c
     WHERE c.target = e.event_id AND c.recorded_at <= $3 AND c.moment IS NOT NULL
     ORDER BY c.entry_id DESC LIMIT 1), occurred_at) ELSE occurred_at END <= $2
ORDER BY entry_id DESC LIMIT $4

-- name: hidden
SELECT count(*) FROM :schema.entries
WHERE entry_id BETWEEN $1 AND $2 AND occurred_at <= $3 AND recorded_at <= $4
  AND (store = ANY($5::text[]) OR topic = ANY($5::text[]))
  AND (readers IS NULL OR readers && $6::text[])

-- name: hidden_of_subject
SELECT count(*) FROM :schema.subject_entries s JOIN :schema.entries e USING (entry_id)
WHERE s.subject = $7 AND s.entry_id BETWEEN $1 AND $2
  AND e.occurred_at <= $3 AND e.recorded_at <= $4
  AND (e.store = ANY($5::text[]) OR e.topic = ANY($5::text[]))
  AND (e.readers IS NULL OR e.readers && $6::text[])

-- name: copy_corrections
COPY :schema.corrections (entry_id, event_id, target, field, change, moment, recorded_at) FROM STDIN

-- name: mark_corrected
UPDATE :schema.entries SET corrected = true WHERE event_id = ANY($1::uuid[]) AND NOT corrected

-- name: corrections
SELECT c.*, o.entry_id AS target_entry FROM :schema.corrections c
JOIN :schema.entries e ON e.entry_id = c.entry_id
LEFT JOIN :schema.entries o ON o.event_id = c.target
WHERE (c.target = ANY($1::uuid[]) OR c.entry_id = ANY($2::bigint[])) AND c.recorded_at <= $3
  AND (e.readers IS NULL OR e.readers && $4::text[])
  AND (o.readers IS NULL OR o.readers && $4::text[])
ORDER BY c.entry_id

-- name: last_entry
SELECT coalesce(max(entry_id), 0) FROM :schema.entries

-- name: last_readable
SELECT coalesce(max(entry_id), 0) FROM :schema.entries
WHERE readers IS NULL OR readers && $1::text[]
