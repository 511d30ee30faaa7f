"""What the views say against a recount of the whole log, row by row."""

from django.db import connection

_MEASURED = """
count(*), sum(control_measure), sum(candidate_measure),
count(*) FILTER (WHERE (control_measure IS NULL) <> (candidate_measure IS NULL)), min(at), max(at)
"""
_SUMMED = "sum(comparisons), sum(control_sum), sum(candidate_sum), sum(one_sided), min(first_at), max(last_at)"
_DAY, _MINUTE = "date_trunc('day', at, 'UTC')", "date_trunc('minute', at, 'UTC')"
_SIGNATURE = "coalesce(signature, '')"
_SIDES = "CROSS JOIN LATERAL (VALUES ('control', control_ns), ('candidate', candidate_ns)) AS side (name, ns)"
_BUCKET = "width_bucket(ns, migration_harness_duration_bounds())"
_ACCOUNTS = "count(DISTINCT account_id) FILTER (WHERE signature IS NOT NULL)"
_STRATUM = "run, seam, flag_epoch, revision, stage, execution_path, group_by, verdict"
_LIVE = "seam, flag_epoch, revision, stage, execution_path, group_by, verdict"
_ACCOUNT = "run, seam, flag_epoch, revision, account_id, account_plan, verdict"
_DURATION = "run, seam, flag_epoch, revision, execution_path, group_by"

RECOUNTS = {
    "evidence": (
        f"SELECT day, {_STRATUM}, signature, {_SUMMED} FROM migration_harness_evidence "
        f"GROUP BY day, {_STRATUM}, signature",
        f"SELECT {_DAY}, {_STRATUM}, {_SIGNATURE}, {_MEASURED} FROM migration_harness_comparison "
        f"GROUP BY {_DAY}, {_STRATUM}, signature",
    ),
    "stratum_evidence": (
        f"SELECT {_LIVE}, sum(comparisons), min(first_at), max(last_at) FROM migration_harness_stratum_evidence "
        f"GROUP BY {_LIVE}",
        f"SELECT {_LIVE}, count(*), min(at), max(at) FROM migration_harness_comparison WHERE run = '' GROUP BY {_LIVE}",
    ),
    "minute_evidence": (
        f"SELECT minute, {_STRATUM}, {_SUMMED} FROM migration_harness_minute_evidence GROUP BY minute, {_STRATUM}",
        f"SELECT {_MINUTE}, {_STRATUM}, {_MEASURED} FROM migration_harness_comparison GROUP BY {_MINUTE}, {_STRATUM}",
    ),
    "account_evidence": (
        f"SELECT day, {_ACCOUNT}, signature, {_SUMMED} FROM migration_harness_account_evidence "
        f"GROUP BY day, {_ACCOUNT}, signature",
        f"SELECT {_DAY}, {_ACCOUNT}, {_SIGNATURE}, {_MEASURED} FROM migration_harness_comparison "
        f"GROUP BY {_DAY}, {_ACCOUNT}, signature",
    ),
    "duration_evidence": (
        f"SELECT day, {_DURATION}, side, bucket, sum(comparisons), sum(total_ns) "
        f"FROM migration_harness_duration_evidence GROUP BY day, {_DURATION}, side, bucket",
        f"SELECT {_DAY}, {_DURATION}, side.name, {_BUCKET}, count(*), sum(ns) "
        f"FROM migration_harness_comparison {_SIDES} GROUP BY 1, {_DURATION}, side.name, {_BUCKET}",
    ),
    "total_evidence": (
        f"SELECT seam, verdict, signature, sum(accounts), {_SUMMED} FROM migration_harness_total_evidence "
        "GROUP BY seam, verdict, signature",
        f"SELECT seam, verdict, {_SIGNATURE}, {_ACCOUNTS}, {_MEASURED} "
        "FROM migration_harness_comparison GROUP BY seam, verdict, signature",
    ),
    "account_total_evidence": (
        "SELECT signature, account_id, sum(comparisons), sum(control_sum), sum(candidate_sum) "
        "FROM migration_harness_account_total_evidence GROUP BY signature, account_id",
        "SELECT signature, account_id, count(*), sum(control_measure), sum(candidate_measure) "
        "FROM migration_harness_comparison WHERE signature IS NOT NULL GROUP BY signature, account_id",
    ),
}  # fmt: skip
"""By the view: what it says, and the same of the log."""


def differing() -> dict[str, int]:
    """Return the views that say something else than the log, with the number of rows that are too many or missing."""
    return {view: count for view in RECOUNTS if (count := _differing(*RECOUNTS[view]))}


def _differing(view: str, recount: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (({view} EXCEPT ALL {recount}) UNION ALL ({recount} EXCEPT ALL {view})) differing"
        )
        return cursor.fetchone()[0]
