-- What the charges that the candidate priced came to against the legacy price, by account and by the way in. A charge
-- without a legacy price (the stage did not compute it, or it could not be computed) is unknown.
SELECT t.account_id, t.way_in, t.run, count(*),
       count(*) FILTER (WHERE t.open AND t.too_much > 0), coalesce(sum(t.too_much) FILTER (WHERE t.open AND t.too_much > 0), 0),
       count(*) FILTER (WHERE t.open AND t.too_much < 0), coalesce(-sum(t.too_much) FILTER (WHERE t.open AND t.too_much < 0), 0),
       count(*) FILTER (WHERE t.too_much IS NULL), coalesce(sum(t.paid) FILTER (WHERE t.too_much IS NULL), 0),
       count(*) FILTER (WHERE NOT t.open),
       coalesce(sum(t.healed) FILTER (WHERE t.healed > 0), 0), coalesce(-sum(t.healed) FILTER (WHERE t.healed < 0), 0)
FROM (
    SELECT c.account_id, c.metadata ->> 'execution_path' AS way_in,
           -- The run of a replay stands in the id of its operations.
           CASE WHEN c.metadata ->> 'execution_path' = 'replay'
                THEN substring(c.operation_id FROM '^replay:(.+?):[0-9]+(?::|$)') END AS run,
           -c.amount AS paid, -c.amount - c.control_credits AS too_much,
           h.charge_id IS NULL AS open, h.credits AS healed
    FROM billing_credittransaction c LEFT JOIN billing_healedcharge h ON h.charge_id = c.id
    WHERE c.transaction_type = 'deduction' AND c.priced_by = 'candidate'
      AND (%(since)s::timestamptz IS NULL OR c.created_at >= %(since)s) AND c.created_at < %(until)s
      AND (%(accounts)s::bigint[] IS NULL OR c.account_id = ANY (%(accounts)s))
) t
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
