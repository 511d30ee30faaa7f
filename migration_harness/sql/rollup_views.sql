-- What readers go by: the rollups, and the part of the log that is not in them yet. So a number is never late, and
-- costs the same however long the log is. What has one row in a rollup and one in the log has two here: a reader sums.

CREATE OR REPLACE VIEW migration_harness_evidence AS
SELECT day, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, signature,
       comparisons, control_sum, candidate_sum, one_sided, first_at, last_at
FROM migration_harness_dayrollup
UNION ALL
SELECT date_trunc('day', at, 'UTC'), run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict,
       coalesce(signature, ''), count(*), sum(control_measure), sum(candidate_measure),
       count(*) FILTER (WHERE (control_measure IS NULL) <> (candidate_measure IS NULL)), min(at), max(at)
FROM migration_harness_unfolded
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;

-- By the minute and without signatures, for the few days that minutes are kept.
CREATE VIEW migration_harness_minute_evidence AS
SELECT minute, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict,
       comparisons, control_sum, candidate_sum, one_sided, first_at, last_at
FROM migration_harness_minuterollup
UNION ALL
SELECT date_trunc('minute', at, 'UTC'), run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict,
       count(*), sum(control_measure), sum(candidate_measure),
       count(*) FILTER (WHERE (control_measure IS NULL) <> (candidate_measure IS NULL)), min(at), max(at)
FROM migration_harness_unfolded
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

CREATE OR REPLACE VIEW migration_harness_account_evidence AS
SELECT day, run, seam, flag_epoch, revision, account_id, account_plan, verdict, signature,
       comparisons, control_sum, candidate_sum, one_sided, first_at, last_at
FROM migration_harness_accountrollup
UNION ALL
SELECT date_trunc('day', at, 'UTC'), run, seam, flag_epoch, revision, account_id, account_plan, verdict,
       coalesce(signature, ''), count(*), sum(control_measure), sum(candidate_measure),
       count(*) FILTER (WHERE (control_measure IS NULL) <> (candidate_measure IS NULL)), min(at), max(at)
FROM migration_harness_unfolded
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

CREATE OR REPLACE VIEW migration_harness_duration_evidence AS
SELECT day, run, seam, flag_epoch, revision, execution_path, group_by, side, bucket, comparisons,
       total_ns::numeric AS total_ns
FROM migration_harness_durationrollup
UNION ALL
SELECT date_trunc('day', at, 'UTC'), run, seam, flag_epoch, revision, execution_path, group_by, side.name,
       width_bucket(side.duration_ns, migration_harness_duration_bounds()), count(*), sum(side.duration_ns)
FROM migration_harness_unfolded
CROSS JOIN LATERAL (VALUES ('control', control_ns), ('candidate', candidate_ns)) AS side (name, duration_ns)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- All days and runs together, by seam, verdict and signature. accounts counts an account once for each discrepancy: in
-- the log's row, those that no rollup has.
CREATE VIEW migration_harness_total_evidence AS
SELECT seam, verdict, signature, group_by, comparisons, accounts, control_sum, candidate_sum, one_sided, first_at,
       last_at
FROM migration_harness_evidencetotal
UNION ALL
SELECT u.seam, u.verdict, coalesce(u.signature, ''), min(u.group_by), count(*),
       count(DISTINCT u.account_id) FILTER (WHERE u.signature IS NOT NULL AND (
           -- A value and not EXISTS: it is looked up for each row of the few, and never by reading the whole table.
           SELECT t.signature FROM migration_harness_accounttotal t
           WHERE t.signature = u.signature AND t.account_id = u.account_id
       ) IS NULL),
       sum(u.control_measure), sum(u.candidate_measure),
       count(*) FILTER (WHERE (u.control_measure IS NULL) <> (u.candidate_measure IS NULL)), min(u.at), max(u.at)
FROM migration_harness_unfolded u
GROUP BY 1, 2, 3;

-- All days and runs together, by discrepancy and account.
CREATE VIEW migration_harness_account_total_evidence AS
SELECT signature, account_id, comparisons, control_sum, candidate_sum FROM migration_harness_accounttotal
UNION ALL
SELECT signature, account_id, count(*), sum(control_measure), sum(candidate_measure)
FROM migration_harness_unfolded WHERE signature IS NOT NULL
GROUP BY 1, 2;
