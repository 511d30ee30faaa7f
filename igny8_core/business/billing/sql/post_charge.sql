-- One charge, in one statement: confirm the flags by which it was priced, lock the account, write the ledger's entry,
-- the usage log and the evidence; answer a repeated operation with its first result.
-- Lock order: flags, account. What the harness's functions do stands in its sql/evidence.sql.
--
-- outcome: charged; repeated (charged before, with the same content); conflict (with other content, or to another
-- account); insufficient (balance is what the account has); stale (a flag has changed: price again).
-- Only the first writes. Where the evidence cannot be written nothing is: the caller charges once more, the legacy
-- price, without evidence.
--
-- Few statements, because each costs as much as what it does: the three inserts of a charge are two.

CREATE FUNCTION igny8_post_charge(
    flags jsonb, bounded boolean, account bigint, cost integer, charge jsonb, evidence jsonb, sample jsonb,
    OUT outcome text, OUT entry_id bigint, OUT credits integer, OUT balance integer
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    earlier record;
    written boolean;
BEGIN
    IF NOT migration_harness_confirm(flags, bounded) THEN
        outcome := 'stale';
        RETURN;
    END IF;

    SELECT a.credits INTO STRICT balance FROM igny8_auth_account a WHERE a.id = account FOR NO KEY UPDATE;

    IF balance >= cost THEN
        WITH c AS (
            SELECT * FROM jsonb_to_record(charge) AS x (
                description text, metadata jsonb, operation_id text, content_hash text, priced_by text,
                flag_epoch bigint, control_credits integer, candidate_credits integer, at timestamptz,
                operation_type text, cost_usd numeric, model text, tokens_input integer, tokens_output integer,
                related_kind text, related_id text, usage_metadata jsonb
            )
        ), entry AS (
            INSERT INTO billing_credittransaction
                (account_id, transaction_type, amount, balance_after, description, metadata, reference_id,
                 operation_id, content_hash, priced_by, flag_epoch, control_credits, candidate_credits, created_at)
            SELECT account, 'deduction', -cost, balance - cost, c.description, c.metadata, '',
                   c.operation_id, c.content_hash, c.priced_by, c.flag_epoch, c.control_credits, c.candidate_credits, c.at
            FROM c
            ON CONFLICT (operation_id) DO NOTHING
            RETURNING id
        )
        INSERT INTO billing_creditusagelog
            (account_id, operation_type, credits_used, cost_usd, model_used, tokens_input, tokens_output,
             related_object_type, related_object_id, transaction_id, metadata, created_at)
        SELECT account, c.operation_type, cost, c.cost_usd, c.model, c.tokens_input, c.tokens_output,
               c.related_kind, c.related_id, entry.id, c.usage_metadata, c.at
        FROM entry, c
        RETURNING transaction_id INTO entry_id;

        IF entry_id IS NOT NULL THEN
            IF evidence IS NOT NULL THEN
                written := migration_harness_record(evidence, sample);
            END IF;
            outcome := 'charged';
            credits := cost;
            balance := balance - cost;
            RETURN;
        END IF;
    END IF;

    SELECT t.id, t.account_id, t.amount, t.balance_after, t.content_hash INTO earlier
    FROM billing_credittransaction t WHERE t.operation_id = charge ->> 'operation_id';
    IF NOT FOUND THEN
        outcome := 'insufficient';
        RETURN;
    END IF;
    outcome := CASE WHEN earlier.content_hash = charge ->> 'content_hash' THEN 'repeated' ELSE 'conflict' END;
    entry_id := earlier.id;
    credits := abs(earlier.amount);
    balance := earlier.balance_after;
END $$;
