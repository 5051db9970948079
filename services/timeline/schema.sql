-- name: create
CREATE TABLE :schema.entries (
  entry_id bigint PRIMARY KEY,
  store text NOT NULL,
  position bigint NOT NULL,
  event_id uuid NOT NULL UNIQUE,
  topic text NOT NULL,
  stream uuid NOT NULL,
  version bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  agency text NOT NULL,
  agency_vi text NOT NULL,
  agency_en text NOT NULL,
  officer text NOT NULL,
  subjects text[] NOT NULL,
  vi text NOT NULL,
  en text NOT NULL,
  late boolean NOT NULL,
  correlation_id uuid NOT NULL,
  causation_id uuid NOT NULL,
  UNIQUE (store, position));

-- One row per event and subject, so that a page of one subject is one index range. It is written
-- in one act with its entry; a reference would be looked up once more for every row.
CREATE TABLE :schema.subject_entries (
  subject text NOT NULL,
  entry_id bigint NOT NULL,
  PRIMARY KEY (subject, entry_id));

-- What a subject is called in sentences: as its first event said, until it was given a number.
CREATE TABLE :schema.titles (
  subject text PRIMARY KEY,
  vi text NOT NULL,
  en text NOT NULL);
