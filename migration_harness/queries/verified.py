"""What was tried out before anybody rests on it: runs of the tests after a phase, and backups."""

from typing import Final

from migration_harness.models import TestRun, VerifiedBackup

NEWEST: Final = 5
"""So many of either are told; the newest decides."""


def test_runs(phase: int) -> list[TestRun]:
    """Return the newest runs of the tests that were recorded after a phase."""
    return list(TestRun.objects.filter(phase=phase).order_by("-id")[:NEWEST])


def tried_backups() -> list[VerifiedBackup]:
    """Return the newest looks at backups, whatever came of them."""
    return list(VerifiedBackup.objects.order_by("-id")[:NEWEST])
