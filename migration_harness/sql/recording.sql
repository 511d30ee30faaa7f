-- One comparison on its way into the log, as a composite value: what the server reads fastest. The type is never
-- changed: a process of the revision before may still send it. The log's next column comes with another type.
CREATE TYPE migration_harness_recorded AS (
    at timestamptz, seam text, flag_epoch bigint, stage text, account_id text, account_plan text, execution_path text,
    group_by text[], verdict text, signature text, control_measure numeric, candidate_measure numeric,
    control_ns bigint, candidate_ns bigint, operation_id text, request_id text, run text, revision text
);

-- Writes one comparison and, where there is one, its sample, an object of the columns' names. Returns true, so that
-- a caller in PL/pgSQL may assign it, which costs less than PERFORM.
CREATE FUNCTION migration_harness_record(c migration_harness_recorded, sample jsonb)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO migration_harness_comparison
        (at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature,
         control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run, revision)
    VALUES (c.at, c.seam, c.flag_epoch, c.stage, c.account_id, c.account_plan, c.execution_path, c.group_by, c.verdict,
            c.signature, c.control_measure, c.candidate_measure, c.control_ns, c.candidate_ns, c.operation_id,
            c.request_id, c.run, c.revision);
    IF sample IS NOT NULL THEN
        INSERT INTO migration_harness_comparisonsample
            (signature, seam, verdict, explanation, group_by, payload, account_id, operation_id, at)
        SELECT signature, seam, verdict, explanation, group_by, payload, account_id, operation_id, at
        FROM jsonb_populate_record(NULL::migration_harness_comparisonsample, sample);
    END IF;
    RETURN true;
END $$;
