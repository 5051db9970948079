-- name: put
INSERT INTO :schema.letters (id, title, sender) VALUES ($1, $2, $3);

-- name: list
SELECT id, title, sender FROM :schema.letters ORDER BY title;
