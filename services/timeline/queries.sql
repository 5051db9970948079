-- name: copy_entries
COPY :schema.entries (entry_id, store, position, event_id, topic, stream, version, occurred_at,
  recorded_at, agency, agency_vi, agency_en, officer, subjects, vi, en, late, correlation_id,
  causation_id) FROM STDIN

-- name: copy_subject_entries
COPY :schema.subject_entries (subject, entry_id) FROM STDIN

-- name: call
INSERT INTO :schema.titles (subject, vi, en)
SELECT subject, vi, en FROM unnest($1::text[], $2::text[], $3::text[]) AS t(subject, vi, en)
ON CONFLICT (subject) DO UPDATE SET vi = excluded.vi, en = excluded.en

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
