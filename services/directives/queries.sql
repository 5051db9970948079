-- name: insert_directive
INSERT INTO :schema.directives
  (id, reference, doc_type, subject_vi, subject_en, issuer, paper_day, version, paper,
   last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)

-- name: touch_directives
UPDATE :schema.directives d SET version = greatest(d.version, t.version), last_event_at = t.at
FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS t(id, version, at) WHERE d.id = t.id

-- name: paper
SELECT paper FROM :schema.directives WHERE id = $1

-- name: revise_directive
UPDATE :schema.directives
SET revised = $2, reference = $3, subject_vi = $4, subject_en = $5, paper_day = $6,
    paper = $7::jsonb
WHERE id = $1

-- name: insert_bodies
INSERT INTO :schema.bodies (directive_id, addressee, ordinal, agency, placeholder)
SELECT $1, $2, $3, agency, $5 FROM unnest($4::text[]) AS agency

-- name: dispatch
UPDATE :schema.bodies
SET dispatched_at = $3, returned_at = NULL, return_reason = NULL
WHERE directive_id = $1 AND agency = $2

-- name: receive
INSERT INTO :schema.bodies AS b
  (directive_id, addressee, ordinal, agency, dispatched_at, received_at)
SELECT directive_id, addressee, ordinal, $2, dispatched_at, $4
FROM :schema.bodies WHERE directive_id = $1 AND agency = $3
ON CONFLICT (directive_id, addressee, agency) DO UPDATE
SET received_at = coalesce(b.received_at, excluded.received_at), counted = true

-- name: register
INSERT INTO :schema.bodies AS b
  (directive_id, addressee, ordinal, agency, dispatched_at, received_at, acknowledged_at,
   incoming_number)
SELECT directive_id, addressee, ordinal, $2, dispatched_at, $4, $4, $5
FROM :schema.bodies WHERE directive_id = $1 AND agency = $3
ON CONFLICT (directive_id, addressee, agency) DO UPDATE
SET received_at = coalesce(b.received_at, excluded.received_at),
    acknowledged_at = excluded.acknowledged_at, incoming_number = excluded.incoming_number,
    counted = true

-- name: return
INSERT INTO :schema.bodies
  (directive_id, addressee, ordinal, agency, dispatched_at, returned_at, return_reason)
SELECT directive_id, addressee, ordinal, $2, dispatched_at, $4, $5
FROM :schema.bodies WHERE directive_id = $1 AND agency = $3
ON CONFLICT (directive_id, addressee, agency) DO UPDATE
SET returned_at = excluded.returned_at, return_reason = excluded.return_reason,
    received_at = NULL, acknowledged_at = NULL, incoming_number = NULL, counted = true

-- name: correct_dispatched_at
UPDATE :schema.bodies SET dispatched_at = $4
WHERE directive_id = $1 AND agency = $2 AND dispatched_at = $3

-- name: correct_received_at
UPDATE :schema.bodies
SET received_at = CASE WHEN received_at = $3 THEN $4 ELSE received_at END,
    acknowledged_at = CASE WHEN acknowledged_at = $3 THEN $4 ELSE acknowledged_at END
WHERE directive_id = $1 AND agency = $2 AND $3 IN (received_at, acknowledged_at)

-- name: correct_incoming_number
UPDATE :schema.bodies SET incoming_number = $4
WHERE directive_id = $1 AND agency = $2 AND incoming_number = $3

-- name: correct_returned_at
UPDATE :schema.bodies SET returned_at = $4
WHERE directive_id = $1 AND agency = $2 AND returned_at = $3

-- name: stand_back_body
UPDATE :schema.bodies SET counted = false
WHERE directive_id = $1 AND agency = $2 AND placeholder
  AND received_at IS NULL AND returned_at IS NULL

-- name: insert_task
INSERT INTO :schema.tasks (id, directive_id, parent_id, key, task, due, due_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)

-- name: task
SELECT task FROM :schema.tasks WHERE id = $1

-- name: insert_assignees
INSERT INTO :schema.assignees (task_id, directive_id, agency, placeholder, changed_at)
SELECT $1, $2, agency, agency = ANY ($4::text[]), $5 FROM unnest($3::text[]) AS agency

-- name: set_assignee
UPDATE :schema.assignees
SET status = $3, changed_at = $4, percent = coalesce($5, percent), on_time = coalesce($6, on_time),
    counted = true
WHERE task_id = $1 AND agency = $2

-- name: correct_changed_at
UPDATE :schema.assignees SET changed_at = $4
WHERE task_id = $1 AND agency = $2 AND changed_at = $3

-- name: reopen_assignee
UPDATE :schema.assignees
SET status = 'reopened', changed_at = $3, percent = NULL, on_time = NULL,
    due = coalesce($4::jsonb, due), due_at = CASE WHEN $4::jsonb IS NULL THEN due_at ELSE $5 END
WHERE task_id = $1 AND agency = $2

-- name: join_assignees
INSERT INTO :schema.assignees (task_id, directive_id, agency, changed_at)
SELECT task_id, directive_id, $2, $4 FROM :schema.assignees WHERE task_id = $1 AND agency = $3
ON CONFLICT (task_id, agency) DO UPDATE SET changed_at = excluded.changed_at

-- name: stand_back_assignee
UPDATE :schema.assignees SET counted = false
WHERE task_id = $1 AND agency = $2 AND placeholder AND status = 'open'

-- name: change_due
UPDATE :schema.tasks SET due = $2::jsonb, due_at = $3 WHERE id = $1

-- name: forget_own_dues
UPDATE :schema.assignees SET due = NULL, due_at = NULL WHERE task_id = $1 AND due IS NOT NULL

-- name: cancel_task
UPDATE :schema.tasks SET cancelled = true WHERE id = $1

-- name: cancel_assignees
UPDATE :schema.assignees SET status = 'cancelled', changed_at = $2
WHERE task_id = $1 AND status <> 'confirmed'

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
UPDATE :schema.submissions
SET status = $3, changed_at = $4,
    due = coalesce($5::jsonb, due), due_at = CASE WHEN $5::jsonb IS NULL THEN due_at ELSE $6 END
WHERE report_id = $1 AND agency = $2

-- name: consolidate_report
UPDATE :schema.reports SET consolidated_at = $2 WHERE id = $1

-- name: page
SELECT d.*, p.*, a.*, t.*, s.*,
  (SELECT count(*) FROM :schema.targets x WHERE x.directive_id = d.id) AS targets,
  (SELECT count(*) FROM :schema.reports x WHERE x.directive_id = d.id) AS reports,
  (SELECT jsonb_build_object('key', k.key, 'task', k.task, 'due', coalesce(n.due, k.due),
                             'due_at', n.due_at)
   FROM (SELECT x.task_id, x.due, o.due_at
         FROM :schema.tasks k
         JOIN :schema.assignees x ON x.task_id = k.id
         CROSS JOIN LATERAL (
           SELECT CASE WHEN x.due IS NULL THEN k.due_at ELSE x.due_at END AS due_at) o
         WHERE k.directive_id = d.id AND NOT k.cancelled AND o.due_at IS NOT NULL AND x.counted
           AND x.status IN ('open', 'accepted', 'in_progress', 'reopened')
         ORDER BY o.due_at, k.key COLLATE "C", x.agency LIMIT 1) n
   JOIN :schema.tasks k ON k.id = n.task_id) AS due_next
FROM :schema.directives d
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE placeholder) AS unlisted,
         count(*) FILTER (WHERE counted) AS bodies,
         count(dispatched_at) FILTER (WHERE counted) AS bodies_dispatched,
         count(received_at) FILTER (WHERE counted) AS bodies_received,
         count(acknowledged_at) FILTER (WHERE counted) AS bodies_acknowledged,
         count(returned_at) FILTER (WHERE counted) AS bodies_returned
  FROM :schema.bodies b WHERE b.directive_id = d.id) p
CROSS JOIN LATERAL (
  SELECT count(*) AS addressees,
         count(*) FILTER (WHERE received) AS received,
         count(*) FILTER (WHERE acknowledged) AS acknowledged,
         count(*) FILTER (WHERE returned) AS returned
  FROM (SELECT bool_and(received_at IS NOT NULL) AS received,
               bool_and(acknowledged_at IS NOT NULL) AS acknowledged,
               bool_and(returned_at IS NOT NULL) AS returned
        FROM :schema.bodies b WHERE b.directive_id = d.id AND b.counted GROUP BY addressee) each) a
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_object_agg(status, n), '{}') AS assignments
  FROM (SELECT status, count(*) AS n FROM :schema.assignees x
        WHERE x.directive_id = d.id AND x.counted GROUP BY status) each) s
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_agg(statuses), '[]') AS task_statuses
  FROM (SELECT jsonb_object_agg(status, n) AS statuses
        FROM (SELECT task_id, o.status, count(*) AS n FROM :schema.assignees x
              JOIN :schema.tasks k ON k.id = x.task_id
              CROSS JOIN LATERAL (SELECT CASE WHEN k.cancelled THEN 'cancelled'
                                              WHEN x.counted THEN x.status
                                              ELSE 'unlisted' END AS status) o
              WHERE x.directive_id = d.id AND k.parent_id IS NULL
              GROUP BY task_id, o.status) one
        GROUP BY task_id) each) t
WHERE ($1::uuid IS NULL OR d.id = $1)
  AND ($2 = '' OR substr(d.issuer, strpos(d.issuer, '-') + 1) = $2)
  AND ($3::text[] IS NULL OR EXISTS (SELECT 1 FROM :schema.bodies b
                                     WHERE b.directive_id = d.id AND b.agency = ANY($3)))
  AND ($4 = '' OR strpos(lower(coalesce(d.reference, '') || ' ' || d.subject_vi), lower($4)) > 0)
  AND d.ordinal > $5
ORDER BY d.ordinal LIMIT $6

-- name: bodies
SELECT * FROM :schema.bodies WHERE directive_id = $1 AND counted ORDER BY ordinal, agency

-- name: tasks
SELECT * FROM :schema.tasks WHERE directive_id = $1 ORDER BY key COLLATE "C"

-- name: assignees
SELECT * FROM :schema.assignees WHERE directive_id = $1 ORDER BY task_id, agency

-- name: targets
SELECT * FROM :schema.targets WHERE directive_id = $1 ORDER BY key COLLATE "C"

-- name: reports
SELECT r.*, coalesce((SELECT jsonb_object_agg(s.agency, to_jsonb(s))
                      FROM :schema.submissions s WHERE s.report_id = r.id), '{}') AS submissions
FROM :schema.reports r WHERE directive_id = $1 ORDER BY key COLLATE "C"
