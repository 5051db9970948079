-- name: about
SELECT subject, facts FROM :schema.about WHERE subject = ANY($1::text[])

-- name: tell
INSERT INTO :schema.about AS a (subject, matter, facts) VALUES ($1, $2, $3::jsonb)
ON CONFLICT (subject) DO UPDATE
SET facts = a.facts || excluded.facts,
    matter = CASE WHEN excluded.matter = '' THEN a.matter ELSE excluded.matter END

-- name: detained
SELECT subject FROM :schema.about
WHERE matter = ANY($1::text[]) AND facts @> '{"detained": true}' ORDER BY subject

-- name: running
SELECT * FROM :schema.periods
WHERE NOT over AND rule = ANY($2::text[])
  AND (subject = ANY($1::text[])
       OR (matter = ANY($1::text[]) AND split_part(subject, ':', 1) <> ALL($3::text[])))
ORDER BY due, id

-- name: ended
SELECT last_day, due FROM :schema.periods WHERE subject = $1 AND rule = $2
ORDER BY due DESC LIMIT 1

-- name: started_by
SELECT * FROM :schema.periods WHERE start_event = $1 AND NOT over ORDER BY id

-- name: open
INSERT INTO :schema.periods (id, rule, part, subject, matter, party, start_event, last_day, due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING

-- name: move
UPDATE :schema.periods SET last_day = $2, due = $3 WHERE id = $1

-- name: over
UPDATE :schema.periods SET over = true WHERE id = $1

-- name: too_early
INSERT INTO :schema.early (subject, rule, event_id, topic, at, party)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING

-- name: early
SELECT * FROM :schema.early
WHERE subject = $1 AND rule = $2 AND at > $3 AND (party = '' OR party = ANY($4::text[]))
ORDER BY at
