"""What searches have found before any traffic did."""

from dataclasses import dataclass
from decimal import Decimal

from migration_harness.models import ExploredDiscrepancy
from migration_harness.queries.differences import Discrepancy, needs_review, of_explored
from migration_harness.queries.reviews import review_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """One of them, as a discrepancy; by how much the measures are ``apart``, and how many recorded calls come near."""

    discrepancy: Discrepancy
    row: ExploredDiscrepancy

    @property
    def apart(self) -> Decimal | None:
        """By how much the candidate misses what is right, in the seam's measure; None where nobody can say."""
        return self.row.apart

    @property
    def at_risk(self) -> Decimal | None:
        """What that comes to in a month as recorded; None where nobody can say."""
        return None if self.row.apart is None else self.row.apart * self.row.near


def explored(seam: str = "") -> list[Explored]:
    """Return what somebody has to look at, of one seam or of all: the most money first, then the most calls."""
    rows = ExploredDiscrepancy.objects.filter(closed_at=None)
    facts = review_facts(None)
    found = [
        Explored(discrepancy=of_explored(row, facts), row=row) for row in (rows.filter(seam=seam) if seam else rows)
    ]
    waiting = [each for each in found if needs_review([each.discrepancy])]
    return sorted(waiting, key=lambda each: (-(each.at_risk or 0), -each.row.near, each.row.signature))
