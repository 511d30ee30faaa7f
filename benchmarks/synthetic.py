"""Comparisons that nobody made: a log, or the rollups of one, as a busy service would have them after a month.

Ten thousand accounts on four ways in; each works with a few of the groups, and each group differs in its own way on one
of five seams. Every second comparison is a match.
"""

from django.db import connection, transaction

ACCOUNTS = 10_000
DISCREPANCIES = 1_000
DAYS = 30
GROUPS_OF_AN_ACCOUNT = 10
ROWS_PER_TRANSACTION = 2_000
"""As the recorder's thread writes them."""
SEAMS = "(ARRAY['credits.text', 'credits.image', 'models.default', 'models.quality_tier', 'keys.provider_key'])"
PATHS = "(ARRAY['manual', 'run_now', 'scheduled', 'direct'])"

# Of a discrepancy's number d: how it looks.
_SHAPE = f"""
    {SEAMS}[1 + d %% 5] AS seam, ARRAY['operation-' || d %% 6, 'model-' || d %% 8] AS group_by,
    CASE WHEN d %% 50 = 0 THEN 'mismatch' ELSE 'intended' END AS verdict,
    left(md5('discrepancy ' || d), 12) AS signature
"""
# Of a comparison's number n: who, when, and whether and how it differs. Transactions have early numbers: they are over.
_COMPARISONS = f"""
INSERT INTO migration_harness_comparison
    (at, xid, seam, flag_epoch, revision, stage, account_id, account_plan, execution_path, group_by, verdict, signature,
     control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run)
SELECT now() - interval '{DAYS} days' * (1 - n::float8 / %(rows)s), (3 + n / {ROWS_PER_TRANSACTION})::text::xid8, seam,
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


def write_log(rows: int, *, batch: int = 500_000) -> None:
    """Write a log of so many comparisons, spread over a month; a partition for each day comes first."""
    _make_partitions()
    for first in range(0, rows, batch):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COMPARISONS, {"rows": rows, "first": first, "last": min(first + batch, rows) - 1})
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
