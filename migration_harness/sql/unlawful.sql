-- One more verdict: unlawful, of an operation that breaks a law. Else the rule is that of verdicts.sql.

CREATE OR REPLACE FUNCTION migration_harness_verdict_fits(verdict text, signature text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (signature IS NULL) = (verdict = 'match') AND verdict IN (
        'match', 'intended', 'mismatch', 'candidate_error', 'control_error', 'both_error', 'timeout', 'blocked', 'unlawful'
    );
END $$;
