"""One review for all that one cause differs in."""

from migration_harness.isolation import read_committed
from migration_harness.models import DiscrepancyReview
from migration_harness.queries import Cause, Discrepancy
from migration_harness.reviewing.reviews import review_discrepancy


def review_cause(*, cause: Cause, state: DiscrepancyReview.State, actor: str, reason: str) -> list[Discrepancy]:
    """Record what a person decided about every discrepancy of a cause, each on the trail, all or none of them.

    Returns those that were changed, as they were before.
    """
    changed = cause.to_review(state)
    with read_committed():
        for each in changed:
            review_discrepancy(signature=each.signature, state=state, actor=actor, reason=reason)
    return changed
