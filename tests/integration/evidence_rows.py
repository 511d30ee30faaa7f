"""Comparisons written straight into the log, as the recorder does, in the window that is now or in another."""

from datetime import UTC, datetime

from django.db import connection

from migration_harness.deciding.registry import seams
from migration_harness.models import Flag
from migration_harness.seams.revisions import revision_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
_INSERT = """
INSERT INTO migration_harness_comparison
    (at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature, control_ns,
     candidate_ns, operation_id, request_id, run, revision, control_measure, candidate_measure)
SELECT %(at)s, %(seam)s, %(epoch)s, %(stage)s, %(account)s, '1', %(path)s, %(group)s, %(verdict)s,
       CASE WHEN %(verdict)s <> 'match' THEN '0123456789ab' END, %(control_ns)s, %(candidate_ns)s, '', '', %(run)s,
       %(revision)s, %(control)s, %(candidate)s
FROM generate_series(1, %(count)s)
"""


def compared(
    count, *, verdict="match", seam="credits.text", path="manual", operation="clustering", model="gpt-5.1", at=NOW,
    run="", revision=None, epoch=None, account="1", control=None, candidate=None, control_ns=1, candidate_ns=1,
    stage="shadow",
):  # fmt: skip
    """Write so many comparisons; what is not said is as the process would record it now."""
    found = seams.get(seam)
    row = {
        "count": count, "verdict": verdict, "seam": seam, "path": path, "group": [operation, model], "at": at,
        "run": run, "stage": stage, "revision": revision_of(found) if revision is None else revision,
        "epoch": Flag.objects.get(name=found.flag).epoch if epoch is None else epoch,
        "account": account, "control": control, "candidate": candidate, "control_ns": control_ns,
        "candidate_ns": candidate_ns,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
