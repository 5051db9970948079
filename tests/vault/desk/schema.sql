-- name: create
CREATE TABLE :schema.letters (id uuid PRIMARY KEY, title text NOT NULL, sender jsonb);
