-- The audit trail is append-only. Only a test runner may empty it (see settings/test_database).

CREATE FUNCTION migration_harness_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('harness.test_flush', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Record another event that says what is right.';
END $$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
