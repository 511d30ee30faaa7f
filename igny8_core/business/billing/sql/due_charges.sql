-- The charges that the candidate priced, or would have priced had their evidence not been lost, and what is due for
-- each: one row a charge, amounts in credits. Survey and healing both read it, so that they agree.
--
-- The price of a charge is what was signed when it was made (kept with it as signed_credits; a null says that nobody
-- had signed one), or against legacy what the control computed. A charge of before that was kept is priced by the list
-- in force, if it was made since that list was signed; else nobody knows.
--
-- What was given back stays given back: a charge that was healed before, or refunded under its operation's id, can
-- only be given the rest, up to the signed price, and once. Nothing is taken above the signed price: what a charge is
-- below the legacy one on purpose is nobody's debt.
SELECT t.id, t.account_id, t.way_in, t.run, t.created_at, t.paid, t.healed, t.rest, t.derived,
       t.price IS NULL AND NOT t.touched AS unknown,
       CASE WHEN t.rest IS NULL AND (t.healed IS NULL OR %(against)s = 'signed')
            THEN greatest(t.paid - t.given_back - t.price, 0) ELSE 0 END AS too_much,
       CASE WHEN t.price IS NOT NULL AND t.signed IS NOT NULL AND NOT t.touched AND t.priced_by = 'candidate'
            THEN greatest(least(t.price, t.signed) - t.paid, 0) ELSE 0 END AS too_little
FROM (
    SELECT s.*, CASE %(against)s WHEN 'signed' THEN s.signed ELSE s.control_credits END AS price,
           s.healed IS NOT NULL OR s.refunded > 0 AS touched,
           coalesce(s.healed, 0) + s.refunded AS given_back
    FROM (
        SELECT c.id, c.account_id, c.created_at, c.priced_by, -c.amount AS paid, c.control_credits,
               c.metadata ->> 'execution_path' AS way_in,
               -- The run of a replay stands in the id of its operations.
               CASE WHEN c.metadata ->> 'execution_path' = 'replay'
                    THEN substring(c.operation_id FROM '^replay:(.+?):[0-9]+(?::|$)') END AS run,
               NOT c.metadata ? 'signed_credits' AS derived,
               CASE WHEN c.metadata ? 'signed_credits' THEN (c.metadata ->> 'signed_credits')::integer
                    WHEN c.created_at < %(signed_on)s THEN NULL
                    -- Images are charged one by one.
                    WHEN u.operation_type = 'image_generation'
                    THEN (%(prices)s::jsonb -> 'credits_per_image' ->> u.model_used)::integer
                    ELSE ceil((u.tokens_input::bigint + u.tokens_output)
                              / (%(prices)s::jsonb -> 'tokens_per_credit' ->> u.model_used)::numeric)::integer
               END AS signed,
               h.credits AS healed, r.credits AS rest, coalesce(o.credits, 0) AS refunded
        FROM billing_credittransaction c
        LEFT JOIN billing_creditusagelog u ON u.transaction_id = c.id
        LEFT JOIN billing_healedcharge h ON h.charge_id = c.id
        LEFT JOIN billing_healedrest r ON r.charge_id = c.id
        LEFT JOIN (
            -- By hand: in an entry of healing the name of its run stands there.
            SELECT account_id, reference_id, sum(amount) AS credits FROM billing_credittransaction
            WHERE transaction_type = 'refund' AND reference_id <> ''
              AND (%(accounts)s::bigint[] IS NULL OR account_id = ANY (%(accounts)s))
            GROUP BY account_id, reference_id
        ) o ON o.account_id = c.account_id AND o.reference_id = c.operation_id
        WHERE c.transaction_type = 'deduction'
          AND (c.priced_by = 'candidate' OR c.metadata ->> 'instead_of' = 'candidate')
          AND (%(since)s::timestamptz IS NULL OR c.created_at >= %(since)s) AND c.created_at < %(until)s
          AND (%(accounts)s::bigint[] IS NULL OR c.account_id = ANY (%(accounts)s))
    ) s
) t
