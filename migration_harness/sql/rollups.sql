-- Folding: rows of the comparison log are added to the rollups by their transactions, up to the oldest one that still
-- runs. The watermark says how far: what is below it is in the rollups, what is not is read from the log. It moves in
-- the transaction that adds. docs/decisions/0010-folding-goes-by-transaction.md says why.

-- The part of the log that is not in the rollups. The upper bound holds always: with two bounds that it does not know
-- the planner expects few rows and goes by the index, however long the log is.
CREATE VIEW migration_harness_unfolded AS
SELECT * FROM migration_harness_comparison
WHERE xid >= (SELECT coalesce(max(watermark), 0)::text::xid8 FROM migration_harness_foldstate)
  AND xid < '9223372036854775807'::xid8;

-- Of two sums, of which each may be of nothing.
CREATE FUNCTION migration_harness_both(one numeric, other numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(one + other, one, other)
$$;

-- Adds the next slice of the log to the rollups: whole transactions, about as many rows as ``most``, more only where one
-- transaction has more. Returns how many rows, and whether there is more to do at once. Adds nothing where another
-- session is folding. Each statement in here sees the same rows: their transactions have all ended.
CREATE FUNCTION migration_harness_fold(most integer)
RETURNS TABLE (folded bigint, more boolean) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    mark xid8;
    finished xid8;
    first xid8;
    next xid8;
BEGIN
    folded := 0;
    more := false;
    IF NOT pg_try_advisory_xact_lock(1751213665, 0) THEN
        RETURN NEXT;
        RETURN;
    END IF;
    INSERT INTO migration_harness_foldstate (id, watermark, at) VALUES (1, 0, clock_timestamp()) ON CONFLICT DO NOTHING;
    -- The row's lock as well: it makes a caller at a stricter isolation fail who began before another fold committed.
    SELECT watermark::text::xid8 INTO mark FROM migration_harness_foldstate WHERE id = 1 FOR UPDATE;
    IF mark > pg_snapshot_xmax(pg_current_snapshot()) THEN
        RAISE EXCEPTION 'the comparison log was folded up to transaction %, and this server has only come to %',
            mark, pg_snapshot_xmax(pg_current_snapshot())
            USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'The database was restored on another server. Stop it and move its counter: pg_resetwal --epoch';
    END IF;
    finished := pg_snapshot_xmin(pg_current_snapshot());
    SELECT min(xid) INTO first FROM migration_harness_comparison WHERE xid >= mark AND xid < finished;
    IF first IS NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT xid INTO next FROM migration_harness_comparison WHERE xid >= first AND xid < finished
    ORDER BY xid OFFSET most LIMIT 1;
    more := next IS NOT NULL;
    next := CASE WHEN next > first THEN next WHEN more THEN (first::text::bigint + 1)::text::xid8 ELSE finished END;
    folded := migration_harness_fold_slice(first, next);
    UPDATE migration_harness_foldstate SET watermark = next::text::bigint, at = clock_timestamp() WHERE id = 1;
    RETURN NEXT;
END $$;

-- Adds the rows of the transactions from ``first`` up to below ``next`` to every rollup, and returns how many they are.
-- ``key`` is a digest of what a rollup's row is of: its parts may be longer than an index takes.
CREATE FUNCTION migration_harness_fold_slice(first xid8, next xid8)
RETURNS bigint LANGUAGE sql VOLATILE AS $$
WITH slice AS MATERIALIZED (
    SELECT date_trunc('minute', at, 'UTC') AS minute, date_trunc('day', at, 'UTC') AS day, at, run, seam, flag_epoch, revision, stage, account_id,
           account_plan, execution_path, group_by, verdict, coalesce(signature, '') AS signature, control_measure,
           candidate_measure, (control_measure IS NULL) <> (candidate_measure IS NULL) AS is_one_sided,
           control_ns, candidate_ns
    FROM migration_harness_comparison WHERE xid >= first AND xid < next
),
by_day AS MATERIALIZED (
    SELECT day, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, signature,
           count(*) AS comparisons, sum(control_measure) AS control_sum, sum(candidate_measure) AS candidate_sum,
           count(*) FILTER (WHERE is_one_sided) AS one_sided, min(at) AS first_at, max(at) AS last_at
    FROM slice GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),
by_account AS MATERIALIZED (
    SELECT day, run, seam, flag_epoch, revision, account_id, account_plan, verdict,
           signature,
           count(*) AS comparisons, sum(control_measure) AS control_sum, sum(candidate_measure) AS candidate_sum,
           count(*) FILTER (WHERE is_one_sided) AS one_sided, min(at) AS first_at, max(at) AS last_at
    FROM slice GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
),
by_signature AS MATERIALIZED (
    SELECT signature, account_id, sum(comparisons)::bigint AS comparisons, sum(control_sum) AS control_sum,
           sum(candidate_sum) AS candidate_sum
    FROM by_account WHERE signature <> '' GROUP BY 1, 2
),
minutes AS (
    INSERT INTO migration_harness_minuterollup AS t
        (minute, key, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict,
         comparisons, control_sum, candidate_sum, one_sided, first_at, last_at)
    SELECT minute, md5(ROW(run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict)::text)::uuid,
           run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict,
           count(*), sum(control_measure), sum(candidate_measure), count(*) FILTER (WHERE is_one_sided), min(at), max(at)
    FROM slice GROUP BY 1, 3, 4, 5, 6, 7, 8, 9, 10
    ON CONFLICT (minute, key) DO UPDATE SET
        comparisons = t.comparisons + excluded.comparisons, one_sided = t.one_sided + excluded.one_sided,
        control_sum = migration_harness_both(t.control_sum, excluded.control_sum),
        candidate_sum = migration_harness_both(t.candidate_sum, excluded.candidate_sum),
        first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
),
days AS (
    INSERT INTO migration_harness_dayrollup AS t
        (day, key, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, signature,
         comparisons, control_sum, candidate_sum, one_sided, first_at, last_at)
    SELECT day, md5(ROW(run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, signature)::text)::uuid,
           run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, signature,
           comparisons, control_sum, candidate_sum, one_sided, first_at, last_at
    FROM by_day
    ON CONFLICT (day, key) DO UPDATE SET
        comparisons = t.comparisons + excluded.comparisons, one_sided = t.one_sided + excluded.one_sided,
        control_sum = migration_harness_both(t.control_sum, excluded.control_sum),
        candidate_sum = migration_harness_both(t.candidate_sum, excluded.candidate_sum),
        first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
),
accounts AS (
    INSERT INTO migration_harness_accountrollup AS t
        (day, key, run, seam, flag_epoch, revision, account_id, account_plan, verdict, signature,
         comparisons, control_sum, candidate_sum, one_sided, first_at, last_at)
    SELECT day, md5(ROW(run, seam, flag_epoch, revision, account_id, account_plan, verdict, signature)::text)::uuid,
           run, seam, flag_epoch, revision, account_id, account_plan, verdict, signature,
           comparisons, control_sum, candidate_sum, one_sided, first_at, last_at
    FROM by_account
    ON CONFLICT (day, key) DO UPDATE SET
        comparisons = t.comparisons + excluded.comparisons, one_sided = t.one_sided + excluded.one_sided,
        control_sum = migration_harness_both(t.control_sum, excluded.control_sum),
        candidate_sum = migration_harness_both(t.candidate_sum, excluded.candidate_sum),
        first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
),
durations AS (
    INSERT INTO migration_harness_durationrollup AS t
        (day, key, run, seam, flag_epoch, revision, execution_path, group_by, side, bucket, comparisons, total_ns)
    SELECT day, md5(ROW(run, seam, flag_epoch, revision, execution_path, group_by, side, bucket)::text)::uuid,
           run, seam, flag_epoch, revision, execution_path, group_by, side, bucket, comparisons, total_ns
    FROM (
        SELECT day, run, seam, flag_epoch, revision, execution_path, group_by,
               side.name AS side, width_bucket(side.duration_ns, migration_harness_duration_bounds()) AS bucket,
               count(*) AS comparisons, sum(side.duration_ns) AS total_ns
        FROM slice
        CROSS JOIN LATERAL (VALUES ('control', control_ns), ('candidate', candidate_ns)) AS side (name, duration_ns)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ) found
    ON CONFLICT (day, key) DO UPDATE SET
        comparisons = t.comparisons + excluded.comparisons, total_ns = t.total_ns + excluded.total_ns
),
-- Read as it was before this statement: an account that is in it is not a new one of its discrepancy.
new_accounts AS MATERIALIZED (
    SELECT signature, count(*) AS accounts FROM by_signature s
    WHERE NOT EXISTS (
        SELECT FROM migration_harness_accounttotal t WHERE t.signature = s.signature AND t.account_id = s.account_id
    )
    GROUP BY signature
),
account_totals AS (
    INSERT INTO migration_harness_accounttotal AS t (signature, account_id, comparisons, control_sum, candidate_sum)
    SELECT signature, account_id, comparisons, control_sum, candidate_sum FROM by_signature
    ON CONFLICT (signature, account_id) DO UPDATE SET
        comparisons = t.comparisons + excluded.comparisons,
        control_sum = migration_harness_both(t.control_sum, excluded.control_sum),
        candidate_sum = migration_harness_both(t.candidate_sum, excluded.candidate_sum)
),
totals AS (
    INSERT INTO migration_harness_evidencetotal AS t
        (seam, verdict, signature, group_by, comparisons, accounts, control_sum, candidate_sum, one_sided, first_at,
         last_at)
    SELECT seam, verdict, signature, min(group_by), sum(comparisons), coalesce(min(a.accounts), 0), sum(control_sum),
           sum(candidate_sum), sum(one_sided), min(first_at), max(last_at)
    FROM by_day LEFT JOIN new_accounts a USING (signature) GROUP BY seam, verdict, signature
    ON CONFLICT (seam, verdict, signature) DO UPDATE SET
        comparisons = t.comparisons + excluded.comparisons, accounts = t.accounts + excluded.accounts,
        one_sided = t.one_sided + excluded.one_sided,
        control_sum = migration_harness_both(t.control_sum, excluded.control_sum),
        candidate_sum = migration_harness_both(t.candidate_sum, excluded.candidate_sum),
        first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
)
SELECT count(*) FROM slice
$$;

-- Deletes what is in the rollups and older than ``before`` from the default partition, at most ``most`` rows. The one
-- way past its trigger; every other partition is dropped as a whole.
CREATE FUNCTION migration_harness_delete_folded(before timestamptz, most integer)
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    deleted bigint;
BEGIN
    PERFORM set_config('harness.retention', 'on', true);
    DELETE FROM migration_harness_comparison_default
    WHERE (at, id) IN (
        SELECT at, id FROM migration_harness_comparison_default
        WHERE at < before AND xid < (SELECT coalesce(max(watermark), 0)::text::xid8 FROM migration_harness_foldstate)
        ORDER BY at LIMIT most
    );
    GET DIAGNOSTICS deleted = ROW_COUNT;
    PERFORM set_config('harness.retention', 'off', true);
    RETURN deleted;
END $$;

-- A statement that names a partition does not meet the trigger of the log.
CREATE FUNCTION migration_harness_partition_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'DELETE' AND current_setting('harness.retention', true) = 'on')
        OR (TG_OP = 'TRUNCATE' AND current_setting('harness.test_flush', true) = 'on') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the comparison log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Old days are removed by the task migration_harness.retain.';
END $$;

CREATE TRIGGER comparison_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_comparison_default
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_partition_guard();
