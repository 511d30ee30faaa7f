"""Comparisons that nobody made: a log, or the rollups of one, as a busy service would have them after a month.

Ten thousand accounts on four ways in; each works with a few of the groups, and each group differs in its own way on one
of five seams. Every second comparison is a match.
"""

from django.db import connection, transaction

ACCOUNTS = 10_000
DISCREPANCIES = 1_000
EVERY = 50
"""Of so many discrepancies one is a mismatch, the others are intended."""
DAYS = 30
GROUPS_OF_AN_ACCOUNT = 10
ROWS_PER_TRANSACTION = 2_000
"""As the recorder's thread writes them."""
SEAMS = "(ARRAY['credits.text', 'credits.image', 'models.default', 'models.quality_tier', 'keys.provider_key'])"
PATHS = "(ARRAY['manual', 'run_now', 'scheduled', 'direct'])"

# Of a discrepancy's number d: how it looks.
_SHAPE = f"""
    {SEAMS}[1 + d %% 5] AS seam, ARRAY['operation-' || d %% 6, 'model-' || d %% 8] AS group_by,
    CASE WHEN d %% %(every)s = 0 THEN 'mismatch' ELSE 'intended' END AS verdict,
    left(md5('discrepancy ' || d), 12) AS signature
"""
# Of a comparison's number n: who, when, and whether and how it differs.
_COMPARISONS = f"""
INSERT INTO migration_harness_comparison
    (at, seam, flag_epoch, revision, stage, account_id, account_plan, execution_path, group_by, verdict, signature,
     control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run)
SELECT now() - interval '{DAYS} days' * (1 - n::float8 / %(rows)s), seam,
       1 + n * 4 / %(rows)s, 'r1', 'shadow', account::text, 'plan ' || account %% 4, {PATHS}[1 + n %% 4],
       group_by, CASE WHEN differs THEN verdict ELSE 'match' END, CASE WHEN differs THEN signature END,
       4 + n %% 20, CASE WHEN differs THEN 1 + n %% 5 ELSE 4 + n %% 20 END, 1000 + n %% 9999, 1000 + n * 7 %% 99999,
       '', '', ''
FROM (
    SELECT n, account, differs, {_SHAPE} FROM (
        SELECT n, n %% 2 = 0 AS differs, n / 2 * 7919 %% {ACCOUNTS} AS account,
               (n / 2 * 7919 %% {ACCOUNTS} * 13 + n / 20000 %% {GROUPS_OF_AN_ACCOUNT}) %% {DISCREPANCIES} AS d
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
    ) numbered
) shaped
"""

_EMPTY = "TRUNCATE migration_harness_evidencetotal, migration_harness_accounttotal"
# Of all days: each discrepancy, the matches, and each account's part in its discrepancies.
_TOTALS = f"""
INSERT INTO migration_harness_evidencetotal
    (seam, verdict, signature, group_by, comparisons, accounts, control_sum, candidate_sum, one_sided, first_at,
     last_at)
SELECT seam, verdict, signature, group_by, %(rows)s / 2 / {DISCREPANCIES},
       {ACCOUNTS * GROUPS_OF_AN_ACCOUNT} / {DISCREPANCIES},
       %(rows)s / {DISCREPANCIES} * 6, %(rows)s / {DISCREPANCIES}, 0, now() - interval '{DAYS} days', now()
FROM (SELECT {_SHAPE} FROM generate_series(0, {DISCREPANCIES} - 1) d) shaped
UNION ALL
SELECT seam, 'match', '', ARRAY['operation-0', 'model-0'], %(rows)s / 10, 0, %(rows)s, %(rows)s, 0,
       now() - interval '{DAYS} days', now()
FROM unnest({SEAMS}) AS seam
"""
_ACCOUNT_TOTALS = f"""
INSERT INTO migration_harness_accounttotal (signature, account_id, comparisons, control_sum, candidate_sum)
SELECT left(md5('discrepancy ' || (account * 13 + part) %% {DISCREPANCIES}), 12), account::text,
       %(rows)s / 2 / {ACCOUNTS * GROUPS_OF_AN_ACCOUNT}, 12 + account, 3
FROM generate_series(0, {ACCOUNTS} - 1) account, generate_series(0, {GROUPS_OF_AN_ACCOUNT} - 1) part
"""
_DAYS = f"""
INSERT INTO migration_harness_dayrollup
    (day, key, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, signature, comparisons,
     control_sum, candidate_sum, one_sided, first_at, last_at)
SELECT date_trunc('day', now(), 'UTC') - make_interval(days => day), gen_random_uuid(), '', seam, 1, 'r1', 'shadow',
       path, group_by, verdict, signature, %(rows)s / {DAYS} / 4 / {DISCREPANCIES}, 50, 10, 0,
       now() - make_interval(days => day), now()
FROM (SELECT {_SHAPE} FROM generate_series(0, {DISCREPANCIES} - 1) d) shaped, unnest({PATHS}) path,
     generate_series(0, {DAYS} - 1) day
"""
_MINUTES = f"""
INSERT INTO migration_harness_minuterollup
    (minute, key, run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict, comparisons, control_sum,
     candidate_sum, one_sided, first_at, last_at)
SELECT minute, gen_random_uuid(), '', seam, 1, 'r1', 'shadow', 'manual', group_by, verdict, 1, 10, 2, 0, minute, minute
FROM (SELECT DISTINCT ON (seam, group_by, verdict) {_SHAPE} FROM generate_series(0, {DISCREPANCIES} - 1) d) shaped,
     generate_series(date_trunc('minute', now()) - interval '59 minutes', now(), '1 minute') minute
WHERE %(rows)s > 0
"""
_SAMPLES = f"""
INSERT INTO migration_harness_comparisonsample
    (signature, seam, verdict, explanation, group_by, payload, account_id, operation_id, at)
SELECT signature, seam, verdict, CASE verdict WHEN 'intended' THEN 'price_list' ELSE '' END, group_by,
       '{{"differences": [{{"path": "result", "kind": "value", "control": 10, "candidate": 3}}], "expected": 3,
           "call": {{"operation": "clustering", "model": "gpt-5.1"}}}}'::jsonb,
       (d * 7 + n)::text, '', now() - make_interval(mins => n)
FROM (SELECT d, {_SHAPE} FROM generate_series(0, {DISCREPANCIES} - 1) d) shaped, generate_series(1, 20) n
"""


def fill_rollups(rows: int, *, every: int = EVERY) -> None:
    """Fill what pages read as a log of so many comparisons does; every so many discrepancies need a review."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_EMPTY, _TOTALS, _ACCOUNT_TOTALS, _DAYS, _MINUTES, _SAMPLES):
            cursor.execute(statement, {"rows": rows, "every": every})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def write_log(rows: int) -> None:
    """Write a log of so many comparisons, spread over a month; a partition for each day comes first."""
    _make_partitions()
    for first in range(0, rows, ROWS_PER_TRANSACTION):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                _COMPARISONS,
                {
                    "rows": rows,
                    "every": EVERY,
                    "first": first,
                    "last": min(first + ROWS_PER_TRANSACTION, rows) - 1,
                },
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE migration_harness_comparison")


def _make_partitions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DO $$
            DECLARE day date;
            BEGIN
                FOR day IN SELECT generate_series(current_date - {DAYS}, current_date + 7, '1 day') LOOP
                    EXECUTE format(
                        'CREATE TABLE IF NOT EXISTS migration_harness_comparison_%s PARTITION OF '
                        'migration_harness_comparison FOR VALUES FROM (%L) TO (%L)',
                        to_char(day, 'YYYYMMDD'), day, day + 1
                    );
                END LOOP;
            END $$
            """
        )
