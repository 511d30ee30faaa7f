-- Which verdicts there are, and that all but a match have a signature. A function, because the server reads a constraint's
-- expression anew for every statement that writes: the same rule, written out there, cost a charge a fiftieth of its time.

CREATE FUNCTION migration_harness_verdict_fits(verdict text, signature text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (signature IS NULL) = (verdict = 'match') AND verdict IN (
        'match', 'intended', 'mismatch', 'candidate_error', 'control_error', 'both_error', 'timeout', 'blocked'
    );
END $$;
