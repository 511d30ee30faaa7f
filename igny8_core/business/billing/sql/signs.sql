-- Which sign an entry of the ledger has, by its type. A function, because the server reads a constraint's expression anew
-- for every statement that writes: the same rule, written out there, cost a charge a twentieth of its time.

CREATE FUNCTION igny8_sign_fits(amount integer, transaction_type text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE transaction_type
        WHEN 'deduction' THEN amount < 0
        WHEN 'purchase' THEN amount > 0
        WHEN 'subscription' THEN amount > 0
        WHEN 'refund' THEN amount > 0
        WHEN 'adjustment' THEN amount <> 0
        ELSE false
    END;
END $$;
