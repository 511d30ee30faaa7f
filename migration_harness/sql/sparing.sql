-- What each charge asks of the server, at half the price: the answers are those of sql/proving.sql and sql/turns.sql. A
-- function that calls another one, an option that a function sets, and an aggregate of one row cost a charge a
-- twentieth of its time.

CREATE OR REPLACE FUNCTION migration_harness_confirm_charge(flags jsonb, bounded boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    setting text := current_setting('transaction_isolation');
BEGIN
    IF setting IN ('repeatable read', 'serializable') THEN
        RETURN migration_harness_require_read_committed();
    END IF;
    IF bounded THEN
        -- A charge is short. One that is not is ended by the server, even if its client is stopped.
        setting := set_config('transaction_timeout', '1s', true);
    END IF;
    -- Two statements: the second one sees what committed before it had all locks.
    PERFORM pg_advisory_xact_lock_shared(1751213676, f.id::integer)
    FROM (SELECT id FROM migration_harness_flag WHERE flags ? name ORDER BY id) f;
    -- One that the caller did not find is 0 there; a flag is never deleted.
    RETURN NOT EXISTS (
        SELECT FROM migration_harness_flag f WHERE flags ? f.name AND (flags ->> f.name)::bigint <> f.epoch
    );
END $$;

-- The bound on waiting is lifted where the evidence is written; where it is not, the savepoint takes it back.
CREATE OR REPLACE FUNCTION migration_harness_prove(comparison text, sample text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c migration_harness_recorded;
    patience text := current_setting('lock_timeout');
    setting text;
BEGIN
    setting := set_config('lock_timeout', '250ms', true);
    c := comparison;
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
        FROM jsonb_populate_record(NULL::migration_harness_comparisonsample, sample::jsonb);
    END IF;
    setting := set_config('lock_timeout', patience, true);
    RETURN true;
EXCEPTION
    WHEN serialization_failure THEN
        RAISE;
    WHEN OTHERS OR assert_failure THEN
        RAISE EXCEPTION 'The evidence of a charge could not be written: %', SQLERRM
            USING ERRCODE = 'MH001', DETAIL = SQLSTATE, HINT = 'Make the charge again, at the control''s price.';
END $$;

CREATE OR REPLACE FUNCTION migration_harness_take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mark bigint;
BEGIN
    LOOP
        SELECT watermark INTO mark FROM migration_harness_foldstate;
        EXIT WHEN mark IS NULL OR migration_harness_turn()::text::bigint >= mark;
        PERFORM nextval('migration_harness_life');
    END LOOP;
    RETURN NULL;
END $$;
