-- name: insert_entry
INSERT INTO :schema.entries (store, position, event_id, topic, stream, version, occurred_at,
  recorded_at, agency, agency_vi, agency_en, officer, subjects, vi, en, late,
  correlation_id, causation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
RETURNING entry_id

-- name: insert_subjects
INSERT INTO :schema.subject_entries (subject, entry_id)
SELECT subject, $2 FROM unnest($1::text[]) AS subject

-- name: insert_title
INSERT INTO :schema.titles (subject, vi, en) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: rename
UPDATE :schema.titles SET vi = $2, en = $3 WHERE subject = $1

-- name: titles
SELECT subject, vi, en FROM :schema.titles WHERE subject = ANY($1::text[])

-- name: page_of_subject
SELECT e.* FROM :schema.subject_entries s JOIN :schema.entries e USING (entry_id)
WHERE s.subject = $1 AND s.entry_id > $2 AND e.occurred_at <= $3 AND e.recorded_at <= $4
ORDER BY s.entry_id LIMIT $5

-- name: page_of_subject_backwards
SELECT e.* FROM :schema.subject_entries s JOIN :schema.entries e USING (entry_id)
WHERE s.subject = $1 AND s.entry_id < $2 AND e.occurred_at <= $3 AND e.recorded_at <= $4
ORDER BY s.entry_id DESC LIMIT $5

-- name: page
SELECT * FROM :schema.entries
WHERE entry_id > $1 AND occurred_at <= $2 AND recorded_at <= $3
ORDER BY entry_id LIMIT $4

-- name: page_backwards
SELECT * FROM :schema.entries
WHERE entry_id < $1 AND occurred_at <= $2 AND recorded_at <= $3
ORDER BY entry_id DESC LIMIT $4

-- name: last_entry
SELECT coalesce(max(entry_id), 0) FROM :schema.entries
