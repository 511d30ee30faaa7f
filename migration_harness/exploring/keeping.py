"""What searches have found, kept: a row for each way to differ, closed when the sides do not differ in it any more."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from migration_harness.comparing.difference import ABSENT
from migration_harness.comparing.measures import measure_of
from migration_harness.exceptions import NotExportable
from migration_harness.exploring.smallest import again
from migration_harness.exploring.trying import tried
from migration_harness.isolation import read_committed
from migration_harness.log.comparison import Comparison
from migration_harness.log.rendering import payload_of
from migration_harness.models import ExploredDiscrepancy
from migration_harness.seams.seam import Seam


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way to differ, at its smallest input, and how many recorded calls come near it."""

    comparison: Comparison
    near: int


def apart(found: Comparison) -> Decimal | None:
    """Return by how much the candidate misses the oracle's answer, else the control's; None where nobody can say.

    Where one side has no measure, because it raised, it is all of the other one's.
    """
    expected = found.judgement.expected
    right = found.control_measure if expected is ABSENT else measure_of(expected)
    given = found.candidate_measure
    if right is None and given is None:
        return None
    return abs(Decimal(right or 0) - Decimal(given or 0))


@dataclass(slots=True)
class Open:
    """What is open of earlier searches, tried again, by signature.

    Attributes:
        differing: What differs as it did.
        fixed: What does not.
        unknown: What cannot be made again from what is kept, with the seed that finds it.
    """

    differing: dict[str, Comparison] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    unknown: dict[str, int] = field(default_factory=dict)

    def settle(self, found: Iterable[str], *, seed: int, is_whole: bool) -> None:
        """Take from a search what it shows: what it found is not fixed, and what it would have found is."""
        self.fixed |= {each for each, its in self.unknown.items() if is_whole or its == seed}
        self.fixed -= set(found)


def tried_again(seam: Seam[Any, Any]) -> Open:
    """Try what is open of a seam again."""
    known = Open()
    for row in ExploredDiscrepancy.objects.filter(seam=seam.name, closed_at=None):
        try:
            found = tried(seam, again(seam, row.payload["call"], row.payload["kinds"]))
        except NotExportable:
            known.unknown[row.signature] = row.seed
            continue
        if found.signature == row.signature:
            known.differing[row.signature] = found
        else:
            known.fixed.add(row.signature)
    return known


def keep(seam: Seam[Any, Any], findings: Iterable[Finding], *, fixed: set[str], seed: int, now: datetime) -> None:
    """Write what was found, open it where it was closed, and close what is fixed."""
    with read_committed():
        for each in findings:
            found = each.comparison
            values: dict[str, Any] = {
                "seam": seam.name,
                "verdict": found.verdict.value,
                "group": list(found.group),
                # An export makes it no smaller: it does not know what the host names.
                "payload": payload_of(found.judgement, found.call) | {"smallest": True},
                "apart": apart(found),
                "near": each.near,
                "seed": seed,
                "revision": found.revision,
                "last_at": now,
                "closed_at": None,
            }
            ExploredDiscrepancy.objects.update_or_create(
                pk=found.signature, defaults=values, create_defaults=values | {"first_at": now}
            )
        ExploredDiscrepancy.objects.filter(pk__in=fixed).update(closed_at=now)
