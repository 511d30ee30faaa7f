-- Whether this session is recording, for the WHEN of the triggers that capture rows. A function, because the server reads the
-- expression of a trigger anew for every statement that writes: the same question, written out there, took twice as long.

CREATE FUNCTION migration_harness_is_recording() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN current_setting('harness.recording', true) <> '';
END $$;
