"""What people have said about discrepancies, and the state that follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Count, Q

from migration_harness.comparing.comparator import Verdict
from migration_harness.comparing.scope import Field
from migration_harness.models import (
    DiscrepancyAssignment,
    DiscrepancyNote,
    DiscrepancyReview,
    StoredExplanation,
)

EXPLAINED = "explained"
NEEDS_NOBODY: Final = (Verdict.INTENDED.value, Verdict.BOTH_ERROR.value)
"""Verdicts of discrepancies that no person has to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """All that people have said about some discrepancies, asked for at once."""

    reviews: Mapping[str, DiscrepancyReview]
    assignments: Mapping[str, DiscrepancyAssignment]
    note_counts: Mapping[str, int]
    in_force: Sequence[StoredExplanation]

    def covering(
        self, *, seam: str, verdict: str, fields: Iterable[Field], group: Sequence[str]
    ) -> StoredExplanation | None:
        """Return the oldest explanation in force that covers a mismatch; any other verdict is covered by none."""
        if verdict != Verdict.MISMATCH:
            return None
        fields = frozenset(fields)
        found = (each for each in self.in_force if each.seam == seam)
        return next((each for each in found if each.scope.covers(fields=fields, group=group)), None)

    def expected(self, *, seam: str, verdict: str, fields: Iterable[Field], group: Sequence[str]) -> list[str]:
        """Return the paths of a mismatch that an explanation in force would cover alone."""
        if verdict != Verdict.MISMATCH:
            return []
        scopes = [each.scope for each in self.in_force if each.seam == seam]
        return [field[0] for field in fields if any(scope.covers(fields=[field], group=group) for scope in scopes)]


def review_facts(signature: str | None) -> ReviewFacts:
    """Return what people have said about one discrepancy or, for None, about all, by as many queries."""
    # All are read as they are: to name a thousand of them in each query costs more than what is said of them.
    of = Q() if signature is None else Q(signature=signature)
    counted = DiscrepancyNote.objects.filter(of).values_list("signature")
    return ReviewFacts(
        reviews={each.signature: each for each in DiscrepancyReview.objects.filter(of)},
        assignments={each.signature: each for each in DiscrepancyAssignment.objects.filter(of)},
        note_counts=dict(counted.annotate(Count("id"))),
        in_force=explanations_in_force(),
    )


def explanations_in_force() -> list[StoredExplanation]:
    """Return the stored explanations that explain something today, the oldest first."""
    today = datetime.now(UTC).date()
    approved = StoredExplanation.objects.filter(state=StoredExplanation.State.APPROVED, expires__gte=today)
    return list(approved.order_by("id"))


def state_of(
    *,
    verdict: str,
    review: DiscrepancyReview | None,
    covering: StoredExplanation | None,
    count: int,
    last_at: datetime,
) -> str:
    """Return where a discrepancy stands: an explained one needs nobody, a fixed one that came back is reopened."""
    if verdict in NEEDS_NOBODY or covering is not None:
        return EXPLAINED
    if review is None:
        return DiscrepancyReview.State.OPEN.value
    if review.state == DiscrepancyReview.State.FIXED and _came_back(review, count, last_at):
        return DiscrepancyReview.State.REOPENED.value
    return review.state


def _came_back(review: DiscrepancyReview, count: int, last_at: datetime) -> bool:
    """Tell whether there are comparisons that the review had not seen: Note [Fixed by what was seen].

    One more counts whatever its process's clock says. A later one counts where the log has lost old ones meanwhile.
    """
    if review.seen is None:
        return last_at > review.at
    return count > review.seen or (review.seen_last_at is not None and last_at > review.seen_last_at)


def notes(signature: str) -> list[DiscrepancyNote]:
    """Return the notes of a discrepancy, the oldest first."""
    return list(DiscrepancyNote.objects.filter(signature=signature).order_by("id"))
