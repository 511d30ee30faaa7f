-- A charge takes the shared lock of every flag that could change its price, and only then reads their epochs.
-- A flip takes the exclusive lock: so it waits for the charges that have begun, and a charge that begins
-- later sees the new epoch. VOLATILE, because each statement in here must see what committed before it, not
-- what the caller's statement saw.

CREATE FUNCTION migration_harness_enter_charge(names text[], bounded boolean)
RETURNS TABLE (flag text, flag_epoch bigint) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    found record;
BEGIN
    IF bounded THEN
        -- A charge is short. One that is not is ended by the server, even if its client is stopped.
        PERFORM set_config('transaction_timeout', '1s', true);
    END IF;
    FOR found IN SELECT f.id FROM migration_harness_flag f WHERE f.name = ANY (names) ORDER BY f.id LOOP
        PERFORM pg_advisory_xact_lock_shared(1751213676, found.id::integer);
    END LOOP;
    RETURN QUERY SELECT f.name::text, f.epoch FROM migration_harness_flag f WHERE f.name = ANY (names);
END $$;
