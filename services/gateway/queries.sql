-- name: insert_parties
INSERT INTO :schema.parties (subject, role, agency)
SELECT $1, role, agency FROM unnest($2::text[], $3::text[]) AS t(role, agency)
ON CONFLICT DO NOTHING

-- name: parties
SELECT DISTINCT agency FROM :schema.parties
WHERE subject = ANY($1::text[]) AND role = ANY($2::text[]) ORDER BY agency

-- name: insert_event
INSERT INTO :schema.events (event_id, topic, body) VALUES ($1, $2, $3)

-- name: insert_feed
INSERT INTO :schema.feed (agency, event_id) SELECT agency, $2
FROM unnest($1::text[]) WITH ORDINALITY AS t(agency, ord) ORDER BY ord

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
