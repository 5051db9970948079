-- name: create
-- Who has a part in what: learned from the events themselves.
CREATE TABLE :schema.parties (
  subject text NOT NULL,
  role text NOT NULL,
  agency text NOT NULL,
  PRIMARY KEY (subject, role, agency));

CREATE TABLE :schema.events (
  event_id uuid PRIMARY KEY,
  topic text NOT NULL,
  body bytea NOT NULL);

-- One row per agency and event, in the order of the sources; the relay publishes from here.
CREATE TABLE :schema.feed (
  position bigint PRIMARY KEY,
  agency text NOT NULL,
  event_id uuid NOT NULL REFERENCES :schema.events,
  UNIQUE (agency, event_id));
CREATE INDEX ON :schema.feed (agency, position);

CREATE TABLE :schema.published (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch uuid NOT NULL DEFAULT gen_random_uuid(),
  position bigint NOT NULL DEFAULT 0);
INSERT INTO :schema.published DEFAULT VALUES;
