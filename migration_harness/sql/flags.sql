-- A flag changes only inside a harness operation. An operation writes the id of its own transaction into
-- the setting harness.operation: a value that no other transaction can have left behind.

CREATE FUNCTION migration_harness_in_operation() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_setting('harness.operation', true) = pg_current_xact_id_if_assigned()::text
$$;

CREATE FUNCTION migration_harness_flag_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('harness.test_flush', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF NOT coalesce(migration_harness_in_operation(), false) THEN
        RAISE EXCEPTION '% of % outside a harness operation is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Use: python manage.py harness flag NAME --account ID --on|--off, --share PCT, --everyone yes|no|unset, --stage S';
    END IF;
    RETURN NULL;
END $$;

-- waffle's user and group lists have no effect on a flag, so nothing may be written there at all.
CREATE FUNCTION migration_harness_waffle_list_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('harness.test_flush', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a flag is for accounts, not for users or groups: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Use: python manage.py harness flag NAME --account ID --on';
END $$;

-- Every change of a flag's row takes the newest epoch; the salt never changes.
CREATE FUNCTION migration_harness_flag_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.epoch IS DISTINCT FROM (SELECT value FROM migration_harness_epoch) THEN
        RAISE EXCEPTION 'flag %: a change must carry the newest epoch', NEW.name
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Use: python manage.py harness flag';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.salt IS DISTINCT FROM OLD.salt THEN
        RAISE EXCEPTION 'flag %: the salt never changes, it would move accounts between shares', NEW.name
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER flag_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON migration_harness_flag
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_flag_guard();
CREATE TRIGGER flag_member_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON migration_harness_flagmember
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_flag_guard();
CREATE TRIGGER epoch_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_epoch
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_flag_guard();
CREATE TRIGGER flag_epoch BEFORE INSERT OR UPDATE ON migration_harness_flag
    FOR EACH ROW EXECUTE FUNCTION migration_harness_flag_epoch();
CREATE TRIGGER flag_users_guard BEFORE INSERT OR UPDATE OR TRUNCATE ON migration_harness_flag_users
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_waffle_list_guard();
CREATE TRIGGER flag_groups_guard BEFORE INSERT OR UPDATE OR TRUNCATE ON migration_harness_flag_groups
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_waffle_list_guard();
