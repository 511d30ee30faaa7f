-- What was healed stays healed: else a charge could be given back a second time.

CREATE TRIGGER healed_charge_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_healedcharge
    FOR EACH STATEMENT EXECUTE FUNCTION igny8_ledger_is_final();
