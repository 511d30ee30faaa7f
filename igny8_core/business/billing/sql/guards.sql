-- No setting lifts a trigger that keeps the ledger, and no session is without it (see migration_harness/sql/guards.sql).
-- This one takes the place of that in ledger.sql.

CREATE OR REPLACE FUNCTION igny8_ledger_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is final: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Correct an entry with another one (refund or adjustment).';
END $$;

ALTER TABLE billing_credittransaction ENABLE ALWAYS TRIGGER ledger_is_final;
ALTER TABLE billing_healedcharge ENABLE ALWAYS TRIGGER healed_charge_is_final;
ALTER TABLE billing_healedrest ENABLE ALWAYS TRIGGER healed_rest_is_final;
