-- Who a collective without a list of members stands for, nobody can say: its row is a placeholder.
-- A member that acts becomes a row of its own. The placeholder counts only while no member has
-- acted, or when it has acted itself; a sum so made says what is known, and `unlisted` beside it
-- says how many collectives it cannot be complete for. A task with such a collective is never
-- further than in progress, however far the members are that acted.

-- name: create
CREATE TABLE :schema.directives (
  id uuid PRIMARY KEY,
  ordinal bigserial UNIQUE,  -- Order of recording, for paging.
  reference text,
  doc_type text NOT NULL,
  subject_vi text NOT NULL,
  subject_en text,
  issuer text NOT NULL,
  paper_day date NOT NULL,   -- The day of issue, or the last day on which it may have been.
  revised text,
  version bigint NOT NULL,
  paper jsonb NOT NULL,      -- The DirectiveIssued event with all revisions taken in.
  last_event_at timestamptz NOT NULL);

CREATE TABLE :schema.bodies (
  directive_id uuid NOT NULL REFERENCES :schema.directives,
  addressee text NOT NULL,
  ordinal int NOT NULL,
  agency text NOT NULL,
  dispatched_at timestamptz,
  received_at timestamptz,
  acknowledged_at timestamptz,
  incoming_number int,
  returned_at timestamptz,
  return_reason text,
  placeholder boolean NOT NULL DEFAULT false,
  counted boolean NOT NULL DEFAULT true,
  PRIMARY KEY (directive_id, addressee, agency));
CREATE INDEX ON :schema.bodies (agency);

CREATE TABLE :schema.tasks (
  id uuid PRIMARY KEY,
  directive_id uuid NOT NULL REFERENCES :schema.directives,
  parent_id uuid,
  key text NOT NULL,
  task jsonb NOT NULL,       -- The TaskAssigned event as recorded.
  due jsonb NOT NULL,
  due_at timestamptz,        -- The first moment that is too late; null when the paper sets none.
  cancelled boolean NOT NULL DEFAULT false);
CREATE INDEX ON :schema.tasks (directive_id);

CREATE TABLE :schema.assignees (
  task_id uuid NOT NULL REFERENCES :schema.tasks,
  directive_id uuid NOT NULL,
  agency text NOT NULL,
  status text NOT NULL DEFAULT 'open',
  percent int,
  on_time boolean,
  due jsonb,                 -- Its own term after a reopening; null: the task's.
  due_at timestamptz,        -- Of its own term.
  changed_at timestamptz NOT NULL,
  placeholder boolean NOT NULL DEFAULT false,
  counted boolean NOT NULL DEFAULT true,
  PRIMARY KEY (task_id, agency));
CREATE INDEX ON :schema.assignees (directive_id, status);

CREATE TABLE :schema.targets (
  id uuid PRIMARY KEY,
  directive_id uuid NOT NULL REFERENCES :schema.directives,
  key text NOT NULL,
  target jsonb NOT NULL);
CREATE INDEX ON :schema.targets (directive_id);

CREATE TABLE :schema.reports (
  id uuid PRIMARY KEY,
  directive_id uuid NOT NULL REFERENCES :schema.directives,
  key text NOT NULL,
  request jsonb NOT NULL,
  due_at timestamptz,
  consolidated_at timestamptz);
CREATE INDEX ON :schema.reports (directive_id);

CREATE TABLE :schema.submissions (
  report_id uuid NOT NULL REFERENCES :schema.reports,
  agency text NOT NULL,
  status text NOT NULL,
  on_time boolean,
  due jsonb,                 -- Its own term after a return; null: the line's.
  due_at timestamptz,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (report_id, agency));
