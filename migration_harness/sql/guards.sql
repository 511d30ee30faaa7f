-- No setting lifts a trigger that keeps what must not change. These take the places of those in audit.sql, flags.sql and
-- rollups.sql, which a setting for test runners lifted in any database. A test runner is the owner of its database: it
-- takes the triggers off, and puts them on again.

CREATE OR REPLACE FUNCTION migration_harness_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Record another event that says what is right.';
END $$;

CREATE OR REPLACE FUNCTION migration_harness_flag_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' OR NOT coalesce(migration_harness_in_operation(), false) THEN
        RAISE EXCEPTION '% of % outside a harness operation is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Use: python manage.py harness flag NAME --account ID --on|--off, --share PCT, --everyone yes|no|unset, --stage S';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION migration_harness_waffle_list_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a flag is for accounts, not for users or groups: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Use: python manage.py harness flag NAME --account ID --on';
END $$;

-- Of what is folded and old, the default partition may lose rows, and only where its own function deletes them.
CREATE OR REPLACE FUNCTION migration_harness_partition_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    callers text;
BEGIN
    GET DIAGNOSTICS callers = PG_CONTEXT;
    IF TG_OP = 'DELETE' AND callers ~ 'function migration_harness_delete_folded\(timestamp with time zone,integer\) line' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the comparison log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Old days are removed by the task migration_harness.retain.';
END $$;

-- Always: in a session that is set to replicate, ordinary triggers keep still.
ALTER TABLE migration_harness_auditevent ENABLE ALWAYS TRIGGER audit_append_only;
ALTER TABLE migration_harness_comparison ENABLE ALWAYS TRIGGER comparison_append_only;
ALTER TABLE migration_harness_comparison_default ENABLE ALWAYS TRIGGER comparison_append_only;
ALTER TABLE migration_harness_run ENABLE ALWAYS TRIGGER run_append_only;
ALTER TABLE migration_harness_runevidence ENABLE ALWAYS TRIGGER run_evidence_append_only;
ALTER TABLE migration_harness_runsample ENABLE ALWAYS TRIGGER run_sample_append_only;
ALTER TABLE migration_harness_discrepancynote ENABLE ALWAYS TRIGGER note_append_only;
ALTER TABLE migration_harness_keptforecast ENABLE ALWAYS TRIGGER forecast_append_only;
ALTER TABLE migration_harness_forecastsignoff ENABLE ALWAYS TRIGGER forecast_sign_off_append_only;

-- The head follows what the harness writes, of whichever revision: every one locks the chain before it appends.
CREATE FUNCTION migration_harness_keep_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
          AND classid = 0 AND objid = 1751212405 AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) THEN
        INSERT INTO migration_harness_audithead (id, hash) VALUES (1, NEW.hash)
        ON CONFLICT (id) DO UPDATE SET hash = excluded.hash;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER audit_keeps_head AFTER INSERT ON migration_harness_auditevent
    FOR EACH ROW EXECUTE FUNCTION migration_harness_keep_head();

CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON migration_harness_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
ALTER TABLE migration_harness_audithead ENABLE ALWAYS TRIGGER audit_head_stays;
