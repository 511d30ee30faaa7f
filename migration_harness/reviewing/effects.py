"""From a difference between two revisions to an explanation to propose: what a revision is meant to do otherwise."""

from datetime import date

from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting
from migration_harness.comparing.scope import Scope, fields_of
from migration_harness.exceptions import InvalidChange, NotExplainable, UnknownDiscrepancy
from migration_harness.models import StoredExplanation
from migration_harness.operations.laws import PREFIX
from migration_harness.operations.meant import breaks_a_law
from migration_harness.operations.verifying import Differing, Verified
from migration_harness.reviewing import approvals
from migration_harness.reviewing.explaining import last_day


def way_of(found: Verified, signature: str) -> Differing:
    """Return one way in which operations differ. Raises UnknownDiscrepancy."""
    for each in found.differing:
        if each.signature == signature:
            return each
    raise UnknownDiscrepancy(f"Nothing differs as {signature!r} here. List what does: harness operations verify FILE")


def propose(
    *, way: Differing, reason: str, owner: str, expires: date | None, today: date, actor: Actor
) -> StoredExplanation:
    """Store an explanation of what operations of a kind do otherwise; another person approves it.

    It covers the fields that differ, of every operation of the kind. Raises InvalidChange without a reason, and
    NotExplainable where a law is broken.
    """
    if not reason.strip():
        raise InvalidChange("An explanation needs a reason that finance and engineers understand: add --reason '…'.")
    if breaks_a_law(way.differences):
        raise NotExplainable(f"{way.signature} breaks a law, and no explanation makes that right: correct the code.")
    by = acting(actor)
    return approvals.propose(
        signature=way.signature,
        scope=Scope(seam=f"{PREFIX}{way.kind}", fields=fields_of(way.differences), group=None),
        reason=reason.strip(),
        owner=owner.strip() or by.name,
        expires=last_day(expires, today),
        covered={
            "signatures": [way.signature],
            "comparisons": way.count,
            "accounts": 0,
            "control_sum": None,
            "candidate_sum": None,
        },
        actor=by,
    )
