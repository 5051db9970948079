-- Every period, for those who ask and for the clock. `next_at` is the next moment at which the clock
-- has something to say; null when it has nothing more.

-- name: create
CREATE TABLE :schema.periods (
  id uuid PRIMARY KEY,
  rule text NOT NULL,
  track text NOT NULL,
  subject text NOT NULL,
  opened jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  length jsonb,
  because text[] NOT NULL,
  due timestamptz NOT NULL,
  moved boolean NOT NULL,
  miss_at timestamptz,
  alarms jsonb NOT NULL,
  next_at timestamptz,
  next_alarm jsonb,
  extensions jsonb NOT NULL DEFAULT '[]',
  recomputed integer NOT NULL DEFAULT 0,
  missed_at timestamptz,
  missed_dues timestamptz[] NOT NULL DEFAULT '{}',
  warned text,
  raised jsonb NOT NULL DEFAULT '[]',
  over boolean NOT NULL DEFAULT false,
  ended_at timestamptz,
  in_time boolean,
  late_seconds bigint,
  closed text,
  version bigint NOT NULL);
-- The clock's: only what it will have to say something about is in it.
CREATE INDEX periods_next ON :schema.periods (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX periods_open ON :schema.periods (due, id) WHERE NOT over;
CREATE INDEX periods_over ON :schema.periods (due, id) WHERE over;
CREATE INDEX periods_missed ON :schema.periods (due, id) WHERE missed_at IS NOT NULL;

-- Written in one act with their period; a reference would be looked up once more for every row.
CREATE TABLE :schema.subjects (
  subject text NOT NULL,
  due timestamptz NOT NULL,
  id uuid NOT NULL,
  PRIMARY KEY (subject, id));

CREATE TABLE :schema.parties (
  agency text NOT NULL,
  id uuid NOT NULL,
  bound boolean NOT NULL DEFAULT true,
  never_critical boolean NOT NULL,
  done_at timestamptz,  -- Null as long as it has not done its part; and when it need not any more.
  in_time boolean,  -- Null also where the law gives no figure; false also of what it left undone.
  PRIMARY KEY (id, agency));
CREATE INDEX parties_agency ON :schema.parties (agency, bound, id);
