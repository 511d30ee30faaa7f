-- As what was healed (healing.sql): else the rest could be given back a second time.

CREATE TRIGGER healed_rest_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_healedrest
    FOR EACH STATEMENT EXECUTE FUNCTION igny8_ledger_is_final();
