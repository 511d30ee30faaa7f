-- The history of prices is append-only: what a customer paid must stay explainable. No setting lifts the trigger, and no
-- session is without it (see migration_harness/sql/guards.sql).

CREATE FUNCTION igny8_price_history_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of prices is final: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Change the price again: that adds an entry.';
END $$;

CREATE TRIGGER price_history_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_aimodelpricechange
    FOR EACH STATEMENT EXECUTE FUNCTION igny8_price_history_is_final();

ALTER TABLE billing_aimodelpricechange ENABLE ALWAYS TRIGGER price_history_is_final;
