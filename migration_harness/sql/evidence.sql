-- What a host's own ledger function calls, so that a whole charge is one statement: confirm the flags by which
-- it was priced, and write its evidence.

-- True where these are the flags' epochs still: an object of flag names and epochs. The shared locks are taken
-- first and the epochs read after that: a flip waits for the charges that have begun, and one that begins later
-- sees it. The locks last until the end of the transaction. VOLATILE, because each statement in here must see what
-- committed before it.
CREATE FUNCTION migration_harness_confirm(flags jsonb, bounded boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    setting text;
BEGIN
    IF bounded THEN
        -- A charge is short. One that is not is ended by the server, even if its client is stopped.
        setting := set_config('transaction_timeout', '1s', true);
    END IF;
    PERFORM pg_advisory_xact_lock_shared(1751213676, f.id::integer)
    FROM (SELECT id FROM migration_harness_flag WHERE flags ? name ORDER BY id) f;
    -- One that the caller did not find is 0 there; a flag is never deleted.
    RETURN NOT EXISTS (
        SELECT FROM migration_harness_flag f WHERE flags ? f.name AND (flags ->> f.name)::bigint <> f.epoch
    );
END $$;

-- Writes one comparison and, where there is one, its sample; both as objects of the columns' names. Returns true,
-- so that a caller in PL/pgSQL may assign it, which costs less than PERFORM.
CREATE FUNCTION migration_harness_record(comparison jsonb, sample jsonb)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO migration_harness_comparison
        (at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature,
         control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run)
    SELECT at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature,
           control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run
    FROM jsonb_populate_record(NULL::migration_harness_comparison, comparison);
    IF sample IS NOT NULL THEN
        INSERT INTO migration_harness_comparisonsample
            (signature, seam, verdict, explanation, group_by, payload, account_id, operation_id, at)
        SELECT signature, seam, verdict, explanation, group_by, payload, account_id, operation_id, at
        FROM jsonb_populate_record(NULL::migration_harness_comparisonsample, sample);
    END IF;
    RETURN true;
END $$;
