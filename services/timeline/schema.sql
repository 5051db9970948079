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
  corrected boolean NOT NULL DEFAULT false,
  readers text[],               -- Agencies that may read it while it is secret; null for all.
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

-- What is secret still, and who may read of it. Its row goes when it is opened to all.
CREATE TABLE :schema.secrets (
  subject text PRIMARY KEY,
  readers text[] NOT NULL);

-- What was corrected, of which entry, and to which moment when it was the moment that was wrong.
-- `corrected` of the entry says whether to look here at all; when it was corrected, only this does.
CREATE TABLE :schema.corrections (
  entry_id bigint PRIMARY KEY,  -- Of the correction.
  event_id uuid NOT NULL,
  target uuid NOT NULL,
  field text NOT NULL,
  change jsonb,                 -- Old and new; null for what is sensitive.
  moment timestamptz,
  recorded_at timestamptz NOT NULL);
CREATE INDEX ON :schema.corrections (target);
