-- What was asked of a second person stays as it was asked; its row goes on to its next state, and nowhere else.

-- The name without the machine, so that ada at a prompt and ada on the console are one person, whatever the case.
CREATE FUNCTION migration_harness_person(name text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN coalesce(nullif(split_part(lower(btrim(name)), '@', 1), ''), lower(btrim(name)));

ALTER TABLE migration_harness_approval
    ADD CONSTRAINT approval_is_by_another_person
    CHECK (approver = '' OR migration_harness_person(approver)
           NOT IN (migration_harness_person(asker), migration_harness_person(asker_machine))),
    ADD CONSTRAINT approval_digest_is_of_what_was_asked
    CHECK (digest = encode(sha256(convert_to(asked, 'UTF8')), 'hex'));

CREATE FUNCTION migration_harness_approval_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_open boolean := TG_OP = 'UPDATE' AND OLD.state IN ('asked', 'approved');
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'asked' AND NEW.approver = '' AND NEW.approver_user = '' AND NEW.used_by = ''
           AND NOT NEW.overridden THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'an approval begins as asked' USING ERRCODE = 'integrity_constraint_violation',
            HINT = 'Ask, and let another person approve: python manage.py harness approvals';
    END IF;
    IF (NEW.id, NEW.act, NEW.subject, NEW.asked, NEW.digest, NEW.sentence, NEW.again, NEW.reason, NEW.asker,
        NEW.asker_user, NEW.asker_machine, NEW.asked_at, NEW.expires_at)
       IS DISTINCT FROM
       (OLD.id, OLD.act, OLD.subject, OLD.asked, OLD.digest, OLD.sentence, OLD.again, OLD.reason, OLD.asker,
        OLD.asker_user, OLD.asker_machine, OLD.asked_at, OLD.expires_at) THEN
        RAISE EXCEPTION 'what was asked cannot be changed' USING ERRCODE = 'integrity_constraint_violation',
            HINT = 'Withdraw it, and ask again.';
    END IF;
    IF (CASE
        -- Another person's word, given once.
        WHEN OLD.state = 'asked' AND NEW.state IN ('approved', 'refused') THEN
            NOT NEW.overridden AND NEW.used_by = '' AND NEW.expires_at > clock_timestamp()
        WHEN OLD.state = 'approved' AND NEW.state = 'used' AND NOT NEW.overridden THEN
            (NEW.approver, NEW.approver_user, NEW.decided_at) = (OLD.approver, OLD.approver_user, OLD.decided_at)
            AND NEW.used_by <> '' AND NEW.expires_at > clock_timestamp()
        -- A superuser's, alone: what was approved and does not hold any more counts for nothing.
        WHEN was_open AND NEW.state = 'used' THEN
            NEW.overridden AND NEW.approver = '' AND NEW.approver_user = '' AND NEW.used_by <> ''
        WHEN was_open AND NEW.state IN ('withdrawn', 'expired', 'void') THEN
            NOT NEW.overridden AND NEW.used_by = '' AND NEW.approver_user = OLD.approver_user
        -- The signature that an override has lacked.
        WHEN OLD.state = 'used' AND NEW.state = 'used' AND OLD.overridden AND OLD.approver_user = '' THEN
            NEW.overridden AND NEW.approver_user <> '' AND NEW.used_by = OLD.used_by AND NEW.used_at = OLD.used_at
        ELSE false
    END) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an approval that is % cannot become %', OLD.state, NEW.state
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Ask again: python manage.py harness approvals';
END $$;

CREATE TRIGGER approval_goes_on BEFORE INSERT OR UPDATE ON migration_harness_approval
    FOR EACH ROW EXECUTE FUNCTION migration_harness_approval_guard();
CREATE TRIGGER approval_stays BEFORE DELETE OR TRUNCATE ON migration_harness_approval
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
-- Always: in a session that is set to replicate, ordinary triggers keep still.
ALTER TABLE migration_harness_approval ENABLE ALWAYS TRIGGER approval_goes_on;
ALTER TABLE migration_harness_approval ENABLE ALWAYS TRIGGER approval_stays;
