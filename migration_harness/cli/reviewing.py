"""What a person says about a discrepancy: notes, assignments, reviews."""

from typing import Annotated

from typer import Argument, Option

from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.cli.acting import actor, verb
from migration_harness.cli.output import Json, Reason, console, print_json, telling
from migration_harness.exceptions import InvalidChange
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing import reviews

Signature = Annotated[str, Argument(help="The discrepancy, as list shows it.")]
ReviewReason = Annotated[str, Option("--reason", help="Why; it goes into the audit trail.")]
State = DiscrepancyReview.State


@verb(actions.REVIEW)
def note(signature: Signature, text: Annotated[str, Argument(help="What to remember.")], *, json: Json = False) -> None:
    """Add a note; nobody can change or remove it."""
    found = queries.discrepancy(signature)
    made = reviews.add_note(signature=signature, text=text, actor=actor())
    with telling(f"{signature}: the note was added."):
        if json:
            print_json({"signature": signature, "note": made.pk, "actor": made.actor, "at": made.at.isoformat()})
            return
        console().print(f"{signature} ({found.seam}): note {found.note_count + 1} added.")


@verb(actions.REVIEW)
def assign(
    signature: Signature,
    to: Annotated[str, Option("--to", help="The username of an operator.")] = "",
    *,
    nobody: Annotated[bool, Option("--nobody", help="Take the assignment back.")] = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Say who is on it."""
    if bool(to) == nobody:
        raise InvalidChange("Say who: --to USERNAME, or --nobody.")
    found = queries.discrepancy(signature)
    reviews.assign(signature=signature, assignee=to, actor=actor(), reason=reason)
    with telling(f"{signature}: assigned to {to or 'nobody'}."):
        if json:
            print_json({"signature": signature, "before": found.assignee, "after": to})
            return
        console().print(f"{signature} ({found.seam}): {found.assignee or 'nobody'} → {to or 'nobody'}")


@verb(actions.REVIEW)
def acknowledge(signature: Signature, *, reason: ReviewReason = "", json: Json = False) -> None:
    """Say that somebody has seen it and is on it."""
    _review(signature, State.ACKNOWLEDGED, reason, json=json)


@verb(actions.REVIEW)
def fixed(signature: Signature, *, reason: ReviewReason = "", json: Json = False) -> None:
    """Say that it is fixed; it reopens by itself when it comes back."""
    _review(signature, State.FIXED, reason, json=json)


@verb(actions.REVIEW)
def reopen(signature: Signature, *, reason: ReviewReason = "", json: Json = False) -> None:
    """Take a review back."""
    _review(signature, State.OPEN, reason, json=json)


def _review(signature: str, state: DiscrepancyReview.State, reason: str, *, json: bool) -> None:
    if not reason.strip():
        raise InvalidChange("A review needs a reason: add --reason '…'.")
    found = queries.discrepancy(signature)
    reviews.review_discrepancy(signature=signature, state=state, actor=actor(), reason=reason)
    with telling(f"{signature}: {state.value}."):
        if json:
            print_json({"signature": signature, "before": found.state, "after": state.value})
            return
        console().print(f"{signature} ({found.seam}, {' · '.join(found.group)}): {found.state} → {state.value}")
