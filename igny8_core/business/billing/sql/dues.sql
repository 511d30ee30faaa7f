-- What charges came to, by account and by the way in; "due" are the rows of due_charges.sql.
SELECT account_id, way_in, run, count(*),
       count(*) FILTER (WHERE too_much > 0), sum(too_much),
       count(*) FILTER (WHERE too_little > 0), sum(too_little),
       count(*) FILTER (WHERE unknown), coalesce(sum(paid) FILTER (WHERE unknown), 0),
       count(*) FILTER (WHERE healed IS NOT NULL),
       coalesce(sum(healed) FILTER (WHERE healed > 0), 0) + coalesce(sum(rest), 0),
       coalesce(-sum(healed) FILTER (WHERE healed < 0), 0),
       count(*) FILTER (WHERE derived)
FROM due
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
