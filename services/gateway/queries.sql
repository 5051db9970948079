-- name: insert_parties
INSERT INTO :schema.parties (subject, role, agency)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING

-- name: with_parties
SELECT DISTINCT subject FROM :schema.parties WHERE subject = ANY($1::text[])

-- name: parties
SELECT subject, role, agency FROM :schema.parties
JOIN unnest($1::text[], $2::text[]) AS t(subject, role) USING (subject, role)

-- name: copy_events
COPY :schema.events (event_id, topic, body) FROM STDIN

-- name: copy_feed
COPY :schema.feed (position, agency, event_id) FROM STDIN

-- name: last_position
SELECT coalesce(max(position), 0) FROM :schema.feed

-- name: read
SELECT f.position, f.agency, f.event_id, e.topic, e.body
FROM :schema.feed f JOIN :schema.events e USING (event_id)
WHERE f.position > $1 ORDER BY f.position LIMIT $2

-- name: page_of_agency
-- One who reads for several names is told of an event once.
SELECT f.position, e.body FROM :schema.feed f JOIN :schema.events e USING (event_id)
WHERE f.agency = ANY($1::text[]) AND f.position > $2 AND NOT EXISTS (
  SELECT 1 FROM :schema.feed g
  WHERE g.event_id = f.event_id AND g.agency = ANY($1::text[]) AND g.position < f.position)
ORDER BY f.position LIMIT $3

-- name: epoch
SELECT epoch FROM :schema.published

-- name: published
SELECT position FROM :schema.published

-- name: move_published
UPDATE :schema.published SET position = $1
