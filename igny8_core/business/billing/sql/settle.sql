-- One charge, in one statement: confirm the flags by which it was priced, lock the account, write the ledger's entry,
-- the usage log and the evidence; answer a repeated operation with its first result.
-- Lock order: flags, account. What the harness's functions do stands in its sql/proving.sql.
--
-- outcome: charged; repeated (charged before, with the same content); conflict (with other content, or to another
-- account); taken (another request was charged under the same key); insufficient (balance is what the account has);
-- stale (a flag has changed: price again). Only the first writes.
--
-- An error writes nothing. That of lost evidence has the SQLSTATE MH001: the caller charges once more, the legacy price,
-- without evidence. Any other is the caller's.
--
-- igny8_charge, which knew the loss of evidence by the text of an error, stays for processes of the revision before.

CREATE FUNCTION igny8_settle(
    flags jsonb, bounded boolean, account bigint, cost integer,
    operation text, content text, "at" timestamptz, description text, priced_by text, flag_epoch bigint,
    control_credits integer, candidate_credits integer, basis jsonb,
    operation_type text, model text, tokens_input integer, tokens_output integer, cost_usd numeric,
    related_kind text, related_id text, usage_metadata jsonb,
    evidence text, sample text,
    OUT outcome text, OUT entry_id bigint, OUT credits integer, OUT balance integer
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE
    earlier record;
    written boolean;
BEGIN
    IF NOT migration_harness_confirm_charge(flags, bounded) THEN
        outcome := 'stale';
        RETURN;
    END IF;

    SELECT a.credits INTO STRICT balance FROM igny8_auth_account a WHERE a.id = account FOR NO KEY UPDATE;

    IF balance >= cost THEN
        -- An id of the API: api:ACCOUNT:KEY:REQUEST, and for an image its prompt. See api/idempotency.py.
        IF starts_with(operation, 'api:') THEN
            INSERT INTO billing_chargedrequest (account_id, key, request)
            VALUES (account, split_part(operation, ':', 3), split_part(operation, ':', 4))
            ON CONFLICT (account_id, key) DO NOTHING;
            IF NOT FOUND AND NOT EXISTS (
                SELECT FROM billing_chargedrequest r
                WHERE r.account_id = account AND r.key = split_part(operation, ':', 3)
                  AND r.request = split_part(operation, ':', 4)
            ) THEN
                outcome := 'taken';
                RETURN;
            END IF;
        END IF;

        INSERT INTO billing_credittransaction
            (account_id, transaction_type, amount, balance_after, description, metadata, reference_id,
             operation_id, content_hash, priced_by, flag_epoch, control_credits, candidate_credits, created_at)
        VALUES (account, 'deduction', -cost, balance - cost, description, basis, '',
                operation, content, priced_by, flag_epoch, control_credits, candidate_credits, "at")
        ON CONFLICT (operation_id) DO NOTHING
        RETURNING id INTO entry_id;

        IF entry_id IS NOT NULL THEN
            INSERT INTO billing_creditusagelog
                (account_id, operation_type, credits_used, cost_usd, model_used, tokens_input, tokens_output,
                 related_object_type, related_object_id, transaction_id, metadata, created_at)
            VALUES (account, operation_type, cost, cost_usd, model, tokens_input, tokens_output,
                    related_kind, related_id, entry_id, usage_metadata, "at");
            IF evidence IS NOT NULL THEN
                written := migration_harness_prove(evidence, sample);
            END IF;
            outcome := 'charged';
            credits := cost;
            balance := balance - cost;
            RETURN;
        END IF;
    END IF;

    SELECT t.id, t.account_id, t.amount, t.balance_after, t.content_hash INTO earlier
    FROM billing_credittransaction t WHERE t.operation_id = operation;
    IF NOT FOUND THEN
        outcome := 'insufficient';
        RETURN;
    END IF;
    outcome := CASE WHEN earlier.content_hash = content THEN 'repeated' ELSE 'conflict' END;
    entry_id := earlier.id;
    credits := abs(earlier.amount);
    balance := earlier.balance_after;
END $$;
