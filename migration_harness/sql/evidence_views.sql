-- What the comparisons found, for whoever reads: pages, status, gates, metrics. One day's comparisons of one kind are
-- one row. Readers go by these views and never by the log, so that what they cost does not grow with the traffic.

CREATE VIEW migration_harness_evidence AS
SELECT date_trunc('day', at, 'UTC') AS day, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict,
       coalesce(signature, '') AS signature,
       count(*) AS comparisons, sum(control_measure) AS control_sum, sum(candidate_measure) AS candidate_sum,
       count(*) FILTER (WHERE (control_measure IS NULL) <> (candidate_measure IS NULL)) AS one_sided,
       min(at) AS first_at, max(at) AS last_at
FROM migration_harness_comparison
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;

CREATE VIEW migration_harness_account_evidence AS
SELECT date_trunc('day', at, 'UTC') AS day, run, seam, flag_epoch, revision, account_id, account_plan, verdict,
       coalesce(signature, '') AS signature,
       count(*) AS comparisons, sum(control_measure) AS control_sum, sum(candidate_measure) AS candidate_sum,
       count(*) FILTER (WHERE (control_measure IS NULL) <> (candidate_measure IS NULL)) AS one_sided,
       min(at) AS first_at, max(at) AS last_at
FROM migration_harness_comparison
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- How long the sides took. bucket is the place of a duration among the bounds of migration_harness_duration_bounds(),
-- in nanoseconds: 0 for a duration below the first, 1 from the first up to below the second, and so on.
CREATE FUNCTION migration_harness_duration_bounds() RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[
        1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000,
        1000000, 2000000, 5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 500000000,
        1000000000, 2000000000, 5000000000, 10000000000
    ]::bigint[]
$$;

CREATE VIEW migration_harness_duration_evidence AS
SELECT date_trunc('day', at, 'UTC') AS day, run, seam, flag_epoch, revision, execution_path, group_by, side.name AS side,
       width_bucket(side.duration_ns, migration_harness_duration_bounds()) AS bucket,
       count(*) AS comparisons, sum(side.duration_ns) AS total_ns
FROM migration_harness_comparison c
CROSS JOIN LATERAL (VALUES ('control', c.control_ns), ('candidate', c.candidate_ns)) AS side (name, duration_ns)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
