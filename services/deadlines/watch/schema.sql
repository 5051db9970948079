-- What the reactor must know to say which period a fact stops. Written in the transaction that moves
-- the checkpoint; never rebuilt, because what it leads to has been recorded.

-- name: create
CREATE TABLE :schema.periods (
  id uuid PRIMARY KEY,
  rule text NOT NULL,
  part text NOT NULL,
  subject text NOT NULL,
  matter text NOT NULL,
  party text NOT NULL,
  start_event uuid NOT NULL,
  last_day date,
  due timestamptz NOT NULL,
  over boolean NOT NULL DEFAULT false);
CREATE INDEX ON :schema.periods (subject, rule);
CREATE INDEX ON :schema.periods (matter, rule) WHERE matter <> '';
CREATE INDEX ON :schema.periods (start_event);

-- What earlier facts of a subject said: severity, juvenile, detained.
CREATE TABLE :schema.about (
  subject text PRIMARY KEY,
  matter text NOT NULL,
  facts jsonb NOT NULL);
CREATE INDEX ON :schema.about (matter) WHERE matter <> '';

-- Facts that stop a period which nobody has heard of yet: recorded first, though it happened later.
CREATE TABLE :schema.early (
  subject text NOT NULL,
  rule text NOT NULL,
  event_id uuid NOT NULL,
  topic text NOT NULL,
  at timestamptz NOT NULL,
  party text NOT NULL,
  PRIMARY KEY (subject, rule, event_id));
