-- name: about
SELECT subject, matter, facts FROM :schema.about
WHERE subject = ANY($1::text[]) OR (matter <> '' AND matter = ANY($2::text[]))

-- name: tell
INSERT INTO :schema.about AS a (subject, matter, facts)
SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[])
ON CONFLICT (subject) DO UPDATE
SET facts = a.facts || excluded.facts,
    matter = CASE WHEN excluded.matter = '' THEN a.matter ELSE excluded.matter END

-- name: move
-- What is known and runs in the case $1 does so in $2 from now on: all, or of the subjects $3.
WITH known AS (
  UPDATE :schema.about SET matter = $2
  WHERE matter <> '' AND matter = $1 AND ($3::text[] = '{}' OR subject = ANY($3::text[])))
UPDATE :schema.periods SET matter = $2
WHERE matter <> '' AND matter = $1 AND ($3::text[] = '{}' OR subject = ANY($3::text[]))

-- name: near
-- What runs about these subjects, or in these cases, by one of these rules; of the rules $4 also
-- what is over.
SELECT * FROM :schema.periods
WHERE (subject = ANY($1::text[]) OR (matter <> '' AND matter = ANY($2::text[])))
  AND rule = ANY($3::text[]) AND (NOT over OR rule = ANY($4::text[]))

-- name: running_in
SELECT id FROM :schema.periods WHERE matter <> '' AND matter = $1

-- name: matters_of
SELECT id, matter FROM :schema.periods WHERE id = ANY($1::uuid[]) AND matter <> ''

-- name: started_by
SELECT * FROM :schema.periods WHERE start_event = $1 AND NOT over ORDER BY id

-- name: note
INSERT INTO :schema.periods
  (id, rule, part, subject, matter, party, start_event, last_day, due, over)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::uuid[], $8::date[], $9::timestamptz[], $10::boolean[])
ON CONFLICT (id) DO UPDATE
SET last_day = excluded.last_day, due = excluded.due, over = excluded.over

-- name: too_early
INSERT INTO :schema.early (subject, rule, event_id, topic, at, party)
SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[])
ON CONFLICT DO NOTHING

-- name: early
SELECT * FROM :schema.early WHERE subject = ANY($1::text[]) AND rule = ANY($2::text[])
