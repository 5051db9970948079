-- name: insert_directive
INSERT INTO :schema.directives
  (id, reference, doc_type, subject_vi, subject_en, issuer, paper_day, version, paper,
   last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)

-- name: touch_directive
UPDATE :schema.directives SET version = greatest(version, $2), last_event_at = $3 WHERE id = $1

-- name: revise_directive
UPDATE :schema.directives SET revised = $2, reference = $3 WHERE id = $1

-- name: insert_bodies
INSERT INTO :schema.bodies (directive_id, addressee, ordinal, agency)
SELECT $1, $2, $3, agency FROM unnest($4::text[]) AS agency

-- name: dispatch
UPDATE :schema.bodies
SET dispatched_at = $3, returned_at = NULL, return_reason = NULL
WHERE directive_id = $1 AND agency = $2

-- name: receive
UPDATE :schema.bodies SET received_at = coalesce(received_at, $3)
WHERE directive_id = $1 AND agency = $2

-- name: register
UPDATE :schema.bodies
SET received_at = coalesce(received_at, $3), acknowledged_at = $3, incoming_number = $4
WHERE directive_id = $1 AND agency = $2

-- name: return
UPDATE :schema.bodies SET returned_at = $3, return_reason = $4
WHERE directive_id = $1 AND agency = $2

-- name: insert_task
INSERT INTO :schema.tasks (id, directive_id, parent_id, key, task, due, due_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)

-- name: insert_assignees
INSERT INTO :schema.assignees (task_id, directive_id, agency, changed_at)
SELECT $1, $2, agency, $4 FROM unnest($3::text[]) AS agency

-- name: set_assignee
UPDATE :schema.assignees
SET status = $3, changed_at = $4, percent = coalesce($5, percent), on_time = coalesce($6, on_time)
WHERE task_id = $1 AND agency = $2

-- name: change_due
UPDATE :schema.tasks SET due = $2::jsonb, due_at = $3 WHERE id = $1

-- name: cancel_task
WITH gone AS (UPDATE :schema.tasks SET cancelled = true WHERE id = $1 RETURNING id)
UPDATE :schema.assignees SET status = 'cancelled', changed_at = $2
WHERE task_id IN (SELECT id FROM gone) AND status <> 'confirmed'

-- name: insert_target
INSERT INTO :schema.targets (id, directive_id, key, target) VALUES ($1, $2, $3, $4::jsonb)

-- name: insert_report
INSERT INTO :schema.reports (id, directive_id, key, request, due_at)
VALUES ($1, $2, $3, $4::jsonb, $5)

-- name: submit_report
INSERT INTO :schema.submissions (report_id, agency, status, on_time, changed_at)
VALUES ($1, $2, 'submitted', $3, $4)
ON CONFLICT (report_id, agency)
DO UPDATE SET status = 'submitted', on_time = excluded.on_time, changed_at = excluded.changed_at

-- name: review_report
UPDATE :schema.submissions SET status = $3, changed_at = $4 WHERE report_id = $1 AND agency = $2

-- name: consolidate_report
UPDATE :schema.reports SET consolidated_at = $2 WHERE id = $1

-- name: page
SELECT d.*, p.*, a.*, t.*, s.*,
  (SELECT count(*) FROM :schema.targets x WHERE x.directive_id = d.id) AS targets,
  (SELECT count(*) FROM :schema.reports x WHERE x.directive_id = d.id) AS reports,
  (SELECT jsonb_build_object('key', k.key, 'task', k.task, 'due', k.due, 'due_at', k.due_at)
   FROM :schema.tasks k
   WHERE k.directive_id = d.id AND k.due_at IS NOT NULL AND NOT k.cancelled AND EXISTS (
     SELECT 1 FROM :schema.assignees x WHERE x.task_id = k.id
       AND x.status IN ('open', 'accepted', 'in_progress', 'reopened'))
   ORDER BY k.due_at, k.key LIMIT 1) AS due_next
FROM :schema.directives d
CROSS JOIN LATERAL (
  SELECT count(*) AS bodies, count(dispatched_at) AS bodies_dispatched,
         count(received_at) AS bodies_received, count(acknowledged_at) AS bodies_acknowledged,
         count(returned_at) AS bodies_returned
  FROM :schema.bodies b WHERE b.directive_id = d.id) p
CROSS JOIN LATERAL (
  SELECT count(*) AS addressees,
         count(*) FILTER (WHERE received) AS received,
         count(*) FILTER (WHERE acknowledged) AS acknowledged,
         count(*) FILTER (WHERE returned) AS returned
  FROM (SELECT bool_and(received_at IS NOT NULL) AS received,
               bool_and(acknowledged_at IS NOT NULL) AS acknowledged,
               bool_and(returned_at IS NOT NULL) AS returned
        FROM :schema.bodies b WHERE b.directive_id = d.id GROUP BY addressee) each) a
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_object_agg(status, n), '{}') AS assignments
  FROM (SELECT status, count(*) AS n FROM :schema.assignees x
        WHERE x.directive_id = d.id GROUP BY status) each) s
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_agg(statuses), '[]') AS task_statuses
  FROM (SELECT jsonb_object_agg(status, n) AS statuses
        FROM (SELECT task_id, status, count(*) AS n FROM :schema.assignees x
              JOIN :schema.tasks k ON k.id = x.task_id
              WHERE x.directive_id = d.id AND k.parent_id IS NULL
              GROUP BY task_id, status) one
        GROUP BY task_id) each) t
WHERE ($1::uuid IS NULL OR d.id = $1)
  AND ($2 = '' OR d.issuer LIKE '%-' || $2)
  AND ($3 = '' OR EXISTS (SELECT 1 FROM :schema.bodies b
                          WHERE b.directive_id = d.id AND b.agency = $3))
  AND ($4 = '' OR strpos(lower(coalesce(d.reference, '') || ' ' || d.subject_vi), lower($4)) > 0)
  AND d.ordinal > $5
ORDER BY d.ordinal LIMIT $6

-- name: bodies
SELECT * FROM :schema.bodies WHERE directive_id = $1 ORDER BY ordinal, agency

-- name: tasks
SELECT * FROM :schema.tasks WHERE directive_id = $1 ORDER BY key COLLATE "C"

-- name: assignees
SELECT * FROM :schema.assignees WHERE directive_id = $1 ORDER BY task_id, agency

-- name: targets
SELECT * FROM :schema.targets WHERE directive_id = $1 ORDER BY key COLLATE "C"

-- name: reports
SELECT r.*, coalesce((SELECT jsonb_object_agg(s.agency, s.status)
                      FROM :schema.submissions s WHERE s.report_id = r.id), '{}') AS submissions
FROM :schema.reports r WHERE directive_id = $1 ORDER BY key COLLATE "C"
