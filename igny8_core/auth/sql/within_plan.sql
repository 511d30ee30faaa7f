-- No account has more rows of a table than its plan allows, whoever adds them and however many at once.
--
-- For a table with account_id, after each INSERT: CREATE TRIGGER … REFERENCING NEW TABLE AS added FOR EACH STATEMENT
-- EXECUTE FUNCTION igny8_within_plan('column of the plan', 'what its rows are'). Who adds to one account waits for
-- whoever adds to it too, by an advisory lock of its own: the account's row is the charges'.
CREATE FUNCTION igny8_within_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner bigint;
    most bigint;
    found bigint;
BEGIN
    FOR owner IN SELECT DISTINCT account_id FROM added ORDER BY account_id LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('igny8 plan of account ' || owner, 0));
        EXECUTE format('SELECT plan.%I FROM igny8_auth_account account JOIN igny8_auth_plan plan'
                       ' ON plan.id = account.plan_id WHERE account.id = $1', TG_ARGV[0]) INTO most USING owner;
        EXECUTE format('SELECT count(*) FROM %I WHERE account_id = $1', TG_TABLE_NAME) INTO found USING owner;
        IF found > most THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'within_plan',
                MESSAGE = format('The plan has room for %s %s. Delete some, or change the plan.', most, TG_ARGV[1]);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER sites_within_plan AFTER INSERT ON igny8_auth_site REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION igny8_within_plan('most_sites', 'sites');
