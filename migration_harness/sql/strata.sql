-- What every evidence window is read from: live comparisons of each stratum by revision and epoch, of all days and
-- signatures together. It follows the rollup by the day, row by row that changes there, in the transaction that folds:
-- so it costs a reader what there are strata, however many days and discrepancies there were. Days that are old go from
-- the rollup; what they had stays here.

CREATE FUNCTION migration_harness_total_strata() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO migration_harness_stratumtotal AS t
        (key, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, comparisons, first_at, last_at)
    SELECT md5(ROW(seam, flag_epoch, revision, stage, execution_path, group_by, verdict)::text)::uuid,
           seam, flag_epoch, revision, stage, execution_path, group_by, verdict, sum(comparisons), min(first_at),
           max(last_at)
    FROM added WHERE run = '' GROUP BY 2, 3, 4, 5, 6, 7, 8
    ON CONFLICT (key) DO UPDATE SET
        comparisons = t.comparisons + excluded.comparisons,
        first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at);
    RETURN NULL;
END $$;

-- What a row had before is in the total already, and only what came is added. What came first and last never goes back.
CREATE FUNCTION migration_harness_total_strata_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE migration_harness_stratumtotal t SET
        comparisons = t.comparisons + c.comparisons,
        first_at = least(t.first_at, c.first_at), last_at = greatest(t.last_at, c.last_at)
    FROM (
        SELECT md5(ROW(a.seam, a.flag_epoch, a.revision, a.stage, a.execution_path, a.group_by, a.verdict)::text)::uuid
                   AS key,
               sum(a.comparisons - b.comparisons)::bigint AS comparisons, min(a.first_at) AS first_at,
               max(a.last_at) AS last_at
        FROM added a JOIN before b USING (day, key) WHERE a.run = '' GROUP BY 1
    ) c
    WHERE t.key = c.key;
    RETURN NULL;
END $$;

-- Of rows of one INSERT … ON CONFLICT each trigger sees its own. They hold up whoever folds until the sums below are in.
CREATE TRIGGER day_rollup_adds_strata AFTER INSERT ON migration_harness_dayrollup
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_total_strata();
CREATE TRIGGER day_rollup_adds_to_strata AFTER UPDATE ON migration_harness_dayrollup
    REFERENCING OLD TABLE AS before NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_total_strata_again();

INSERT INTO migration_harness_stratumtotal
    (key, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, comparisons, first_at, last_at)
SELECT md5(ROW(seam, flag_epoch, revision, stage, execution_path, group_by, verdict)::text)::uuid,
       seam, flag_epoch, revision, stage, execution_path, group_by, verdict, sum(comparisons), min(first_at),
       max(last_at)
FROM migration_harness_dayrollup WHERE run = '' GROUP BY 2, 3, 4, 5, 6, 7, 8;

-- Live calls of all days and signatures together, by stratum. As of every rollup: a reader sums.
CREATE VIEW migration_harness_stratum_evidence AS
SELECT seam, flag_epoch, revision, stage, execution_path, group_by, verdict, comparisons, first_at, last_at
FROM migration_harness_stratumtotal
UNION ALL
SELECT seam, flag_epoch, revision, stage, execution_path, group_by, verdict, count(*), min(at), max(at)
FROM migration_harness_unfolded WHERE run = ''
GROUP BY 1, 2, 3, 4, 5, 6, 7;
