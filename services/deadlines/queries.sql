-- name: copy_periods
COPY :schema.periods (id, rule, track, subject, opened, started_at, length, because, due, moved,
  miss_at, alarms, next_at, next_alarm, extensions, recomputed, missed_at, missed_dues, warned,
  raised, over, ended_at, in_time, late_seconds, closed, version) FROM STDIN

-- name: copy_subjects
COPY :schema.subjects (subject, due, id) FROM STDIN

-- name: copy_parties
COPY :schema.parties (agency, id, bound, never_critical, done_at, in_time) FROM STDIN

-- name: standing
SELECT * FROM :schema.periods WHERE id = ANY($1::uuid[])

-- name: change
UPDATE :schema.periods p SET
  started_at = c.started_at, length = c.length,
  because = ARRAY(SELECT jsonb_array_elements_text(c.because)), due = c.due, moved = c.moved,
  miss_at = c.miss_at, alarms = c.alarms, next_at = c.next_at, next_alarm = c.next_alarm,
  extensions = c.extensions, recomputed = c.recomputed, missed_at = c.missed_at,
  missed_dues = ARRAY(SELECT each::timestamptz FROM jsonb_array_elements_text(c.missed_dues) each),
  warned = c.warned, raised = c.raised, over = c.over, ended_at = c.ended_at, in_time = c.in_time,
  late_seconds = c.late_seconds, closed = c.closed, version = c.version
FROM unnest($1::uuid[], $2::timestamptz[], $3::jsonb[], $4::jsonb[], $5::timestamptz[],
  $6::boolean[], $7::timestamptz[], $8::jsonb[], $9::timestamptz[], $10::jsonb[], $11::jsonb[],
  $12::integer[], $13::timestamptz[], $14::jsonb[], $15::text[], $16::jsonb[], $17::boolean[],
  $18::timestamptz[], $19::boolean[], $20::bigint[], $21::text[], $22::bigint[]) AS c
  (id, started_at, length, because, due, moved, miss_at, alarms, next_at, next_alarm, extensions,
   recomputed, missed_at, missed_dues, warned, raised, over, ended_at, in_time, late_seconds,
   closed, version)
WHERE p.id = c.id

-- name: move_subjects
UPDATE :schema.subjects s SET due = c.due
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS c (subject, id, due)
WHERE s.subject = c.subject AND s.id = c.id

-- name: unbind
UPDATE :schema.parties p SET bound = false, done_at = c.done_at, in_time = c.in_time
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::boolean[])
  AS c (id, agency, done_at, in_time)
WHERE p.id = c.id AND p.bound AND (c.agency IS NULL OR p.agency = c.agency)

-- name: bind
INSERT INTO :schema.parties (agency, id, never_critical)
SELECT agency, id, false FROM unnest($1::uuid[], $2::text[]) AS c (id, agency)
ON CONFLICT (id, agency) DO UPDATE SET bound = true, done_at = NULL, in_time = NULL

-- name: next_moment
SELECT next_at FROM :schema.periods
WHERE next_at IS NOT NULL AND id <> ALL ($1::uuid[])
ORDER BY next_at LIMIT 1

-- name: fall_due
SELECT id, next_at, next_alarm FROM :schema.periods
WHERE next_at IS NOT NULL AND next_at <= $1 AND id <> ALL ($3::uuid[])
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
WHERE over AND closed IS NULL AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
  AND EXISTS (SELECT 1 FROM :schema.parties b WHERE b.id = p.id AND b.agency = ANY($6::text[])
              AND b.done_at IS NOT NULL AND b.in_time IS NOT FALSE)
ORDER BY due, id LIMIT $5

-- name: list_missed
SELECT * FROM :schema.periods p
WHERE missed_at IS NOT NULL AND in_time IS NOT TRUE AND closed IS NULL
  AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
ORDER BY due, id LIMIT $5

-- name: list_missed_of_agency
SELECT p.* FROM :schema.periods p
WHERE missed_at IS NOT NULL AND closed IS NULL
  AND due >= $1 AND due < $2 AND (due, id) > ($3, $4)
  AND EXISTS (SELECT 1 FROM :schema.parties b WHERE b.id = p.id AND b.agency = ANY($6::text[])
              AND (b.bound OR b.in_time IS FALSE))
ORDER BY due, id LIMIT $5

-- name: list_of_subject
-- Around it from the beginning, or moved there since ($9).
SELECT p.* FROM :schema.periods p
WHERE p.id IN (SELECT id FROM :schema.subjects WHERE subject = $6 UNION SELECT unnest($9::uuid[]))
  AND p.due >= $1 AND p.due < $2 AND (p.due, p.id) > ($3, $4)
  AND CASE $7
    WHEN '' THEN true
    WHEN 'open' THEN NOT over
    WHEN 'met' THEN over AND closed IS NULL AND ($8::text[] IS NOT NULL OR in_time IS NOT FALSE)
    ELSE missed_at IS NOT NULL AND closed IS NULL
      AND ($8::text[] IS NOT NULL OR in_time IS NOT TRUE) END
  AND ($8::text[] IS NULL
    OR EXISTS (SELECT 1 FROM :schema.parties b WHERE b.id = p.id AND b.agency = ANY($8::text[])
               AND CASE $7
                 WHEN '' THEN true
                 WHEN 'open' THEN b.bound
                 WHEN 'met' THEN b.done_at IS NOT NULL AND b.in_time IS NOT FALSE
                 ELSE b.bound OR b.in_time IS FALSE END))
ORDER BY p.due, p.id LIMIT $5

-- name: parties
SELECT id, agency, bound, never_critical, done_at, in_time FROM :schema.parties
WHERE id = ANY($1::uuid[]) ORDER BY id, agency

-- name: one
SELECT * FROM :schema.periods WHERE id = $1
