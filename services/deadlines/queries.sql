-- name: open
INSERT INTO :schema.periods (id, rule, track, subject, opened, started_at, length, because, due,
  moved, miss_at, alarms, next_at, next_alarm, version)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8, $9, $10, $11, $12::jsonb, $13, $14::jsonb, $15)

-- name: open_subjects
INSERT INTO :schema.subjects (subject, due, id)
SELECT subject, $3, $2 FROM unnest($1::text[]) AS subject ON CONFLICT DO NOTHING

-- name: open_parties
INSERT INTO :schema.parties (agency, id, never_critical)
SELECT agency, $2, agency = ANY($3::text[]) FROM unnest($1::text[]) AS agency

-- name: standing
SELECT alarms, raised, miss_at, due, missed_dues, over FROM :schema.periods WHERE id = $1

-- name: reckon
UPDATE :schema.periods
SET started_at = coalesce($2, started_at), length = $3::jsonb, because = $4, due = $5, moved = $6,
    miss_at = $7, alarms = $8::jsonb, version = $9,
    extensions = CASE WHEN $10::jsonb IS NULL THEN extensions ELSE extensions || $10::jsonb END,
    recomputed = recomputed + CASE WHEN $10::jsonb IS NULL THEN 1 ELSE 0 END
WHERE id = $1

-- name: reckon_subjects
UPDATE :schema.subjects SET due = $2 WHERE id = $1

-- name: next
UPDATE :schema.periods SET next_at = $2, next_alarm = $3::jsonb WHERE id = $1

-- name: warned
UPDATE :schema.periods SET raised = raised || $2::jsonb, warned = $3, version = $4 WHERE id = $1

-- name: missed
UPDATE :schema.periods SET missed_at = $2, missed_dues = missed_dues || $3::timestamptz, version = $4 WHERE id = $1

-- name: ended
UPDATE :schema.periods
SET over = $2, ended_at = CASE WHEN $2 THEN $3 ELSE ended_at END,
    in_time = CASE WHEN in_time IS FALSE THEN false ELSE $4 END,
    late_seconds = greatest(late_seconds, $5), closed = CASE WHEN $2 THEN $6 ELSE closed END,
    version = $7
WHERE id = $1

-- name: unbind
UPDATE :schema.parties SET bound = false WHERE id = $1 AND ($2::text IS NULL OR agency = $2)

-- name: next_moment
SELECT next_at FROM :schema.periods WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1

-- name: fall_due
SELECT id, next_at, next_alarm FROM :schema.periods
WHERE next_at IS NOT NULL AND next_at <= $1
ORDER BY next_at, id LIMIT $2

-- name: list_open
SELECT * FROM :schema.periods p
WHERE NOT over AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
ORDER BY due, id LIMIT $5

-- name: list_open_of_agency
SELECT p.* FROM :schema.periods p
WHERE NOT over AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
  AND EXISTS (SELECT 1 FROM :schema.parties b
              WHERE b.id = p.id AND b.agency = ANY($6::text[]) AND b.bound)
ORDER BY due, id LIMIT $5

-- name: list_met
SELECT * FROM :schema.periods p
WHERE over AND closed IS NULL AND in_time IS NOT FALSE
  AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
ORDER BY due, id LIMIT $5

-- name: list_met_of_agency
SELECT p.* FROM :schema.periods p
WHERE over AND closed IS NULL AND in_time IS NOT FALSE
  AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
  AND EXISTS (SELECT 1 FROM :schema.parties b WHERE b.id = p.id AND b.agency = ANY($6::text[]))
ORDER BY due, id LIMIT $5

-- name: list_missed
SELECT * FROM :schema.periods p
WHERE missed_at IS NOT NULL AND in_time IS NOT TRUE AND closed IS NULL
  AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
ORDER BY due, id LIMIT $5

-- name: list_missed_of_agency
SELECT p.* FROM :schema.periods p
WHERE missed_at IS NOT NULL AND in_time IS NOT TRUE AND closed IS NULL
  AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
  AND EXISTS (SELECT 1 FROM :schema.parties b WHERE b.id = p.id AND b.agency = ANY($6::text[]))
ORDER BY due, id LIMIT $5

-- name: list_of_subject
SELECT p.* FROM :schema.subjects s JOIN :schema.periods p USING (id)
WHERE s.subject = $1 AND (p.due, p.id) > ($2, $3)
ORDER BY p.due, p.id LIMIT $4

-- name: parties
SELECT id, agency, bound, never_critical FROM :schema.parties
WHERE id = ANY($1::uuid[]) ORDER BY id, agency

-- name: one
SELECT * FROM :schema.periods WHERE id = $1
