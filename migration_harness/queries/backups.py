"""Backups of legacy data that were tried out, as a page shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from migration_harness.models import VerifiedBackup

_MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedBackup:
    """A backup as it was tried out last: its file, what it has, and whether that was what the tables had."""

    path: str
    host: str
    sha256: str
    rows: int
    equal: bool
    made_at: datetime
    made_by: str
    at: datetime
    actor: str


def tried_backups() -> list[TriedBackup]:
    """Return the backups that were tried out, the last one first; 20 at most."""
    return [
        TriedBackup(
            path=row.path, host=row.host, sha256=row.sha256, rows=row.rows, equal=row.equal, made_at=row.made_at,
            made_by=row.made_by, at=row.at, actor=row.actor,
        )
        for row in VerifiedBackup.objects.order_by("-id")[:_MOST]
    ]  # fmt: skip
