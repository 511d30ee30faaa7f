-- One charge, in one statement: confirm the flags by which it was priced, lock the account, answer a repeated
-- operation with its first result, write the evidence, the ledger's entry and the usage log.
-- Lock order: flags, account. What the harness's functions do stands in its sql/evidence.sql.
--
-- outcome: charged; repeated (charged before, with the same content); conflict (with other content);
-- insufficient (balance is what the account has); stale (a flag has changed: price again). Only the first writes.
-- Where the evidence cannot be written nothing is: the caller charges once more, the legacy price, without evidence.

CREATE FUNCTION igny8_post_charge(
    flags jsonb, bounded boolean, charge jsonb, evidence jsonb, sample jsonb,
    OUT outcome text, OUT transaction_id bigint, OUT credits integer, OUT balance integer
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c record;
    earlier record;
BEGIN
    IF NOT migration_harness_confirm(flags, bounded) THEN
        outcome := 'stale';
        RETURN;
    END IF;

    SELECT * INTO STRICT c FROM jsonb_to_record(charge) AS x (
        account_id bigint, operation_id text, content_hash text, at timestamptz, description text,
        credits integer, priced_by text, flag_epoch bigint,
        control_credits integer, candidate_credits integer, metadata jsonb,
        operation_type text, model text, tokens_input integer, tokens_output integer, cost_usd numeric,
        related_kind text, related_id text, usage_metadata jsonb
    );
    credits := c.credits;

    SELECT a.credits INTO STRICT balance FROM igny8_auth_account a WHERE a.id = c.account_id FOR NO KEY UPDATE;

    SELECT t.id, t.account_id, t.amount, t.balance_after, t.content_hash INTO earlier
    FROM billing_credittransaction t WHERE t.operation_id = c.operation_id;
    IF FOUND THEN
        outcome := CASE WHEN earlier.content_hash = c.content_hash THEN 'repeated' ELSE 'conflict' END;
        transaction_id := earlier.id;
        credits := abs(earlier.amount);
        balance := earlier.balance_after;
        RETURN;
    END IF;

    IF balance < credits THEN
        outcome := 'insufficient';
        RETURN;
    END IF;

    IF evidence IS NOT NULL THEN
        PERFORM migration_harness_record(evidence, sample);
    END IF;

    INSERT INTO billing_credittransaction
        (account_id, transaction_type, amount, balance_after, description, metadata, reference_id, operation_id,
         content_hash, priced_by, flag_epoch, control_credits, candidate_credits, created_at)
    VALUES
        (c.account_id, 'deduction', -credits, balance - credits, c.description, c.metadata, '', c.operation_id,
         c.content_hash, c.priced_by, c.flag_epoch, c.control_credits, c.candidate_credits, c.at)
    RETURNING id INTO transaction_id;

    INSERT INTO billing_creditusagelog
        (account_id, operation_type, credits_used, cost_usd, model_used, tokens_input, tokens_output,
         related_object_type, related_object_id, transaction_id, metadata, created_at)
    VALUES
        (c.account_id, c.operation_type, credits, c.cost_usd, c.model, c.tokens_input, c.tokens_output,
         c.related_kind, c.related_id, transaction_id, c.usage_metadata, c.at);

    outcome := 'charged';
    balance := balance - credits;
END $$;
