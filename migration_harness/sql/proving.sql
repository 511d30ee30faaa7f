-- A charge at the level at which it can be right, and evidence whose loss is known by structure.

-- Raises MH002 where this transaction sees the flags of its beginning and not those of now: a charge in it could carry a
-- price that has been rolled back meanwhile. The level is that of the transaction, whoever chose it.
CREATE FUNCTION migration_harness_require_read_committed()
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'A transaction at % cannot see that a flag has changed: what is decided by a flag was not written.',
            upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'MH002', HINT = 'Open that transaction at READ COMMITTED, or call this outside of it.';
    END IF;
    RETURN true;
END $$;

-- What migration_harness_confirm does, refused at a stricter level.
CREATE FUNCTION migration_harness_confirm_charge(flags jsonb, bounded boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN migration_harness_require_read_committed() AND migration_harness_confirm(flags, bounded);
END $$;

-- What migration_harness_enter_charge does, refused at a stricter level.
CREATE FUNCTION migration_harness_begin_charge(names text[], bounded boolean)
RETURNS TABLE (flag text, flag_epoch bigint) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    allowed boolean;
BEGIN
    allowed := migration_harness_require_read_committed();
    RETURN QUERY SELECT e.flag, e.flag_epoch FROM migration_harness_enter_charge(names, bounded) e;
END $$;

-- Writes one comparison and, where there is one, its sample; the first as the text of a migration_harness_recorded, the
-- second as that of an object of the columns' names. Raises MH001 where that fails, whatever the reason, with the
-- SQLSTATE of the reason as its detail: then a charge is made again, at the control's price and without evidence.
--
-- Not caught is what concerns the charge and not its evidence: a statement that was cancelled or ran out of time (57014,
-- which OTHERS leaves out), a transaction that cannot be serialized (40001), and what ends the connection. The texts are
-- read in here, so that a value that cannot be read is lost evidence as well. Whoever holds a lock on the log is waited
-- for briefly: a charge has one second.
CREATE FUNCTION migration_harness_prove(comparison text, sample text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET lock_timeout = '250ms' AS $$
BEGIN
    RETURN migration_harness_record(comparison::migration_harness_recorded, sample::jsonb);
EXCEPTION
    WHEN serialization_failure THEN
        RAISE;
    WHEN OTHERS OR assert_failure THEN
        RAISE EXCEPTION 'The evidence of a charge could not be written: %', SQLERRM
            USING ERRCODE = 'MH001', DETAIL = SQLSTATE, HINT = 'Make the charge again, at the control''s price.';
END $$;
