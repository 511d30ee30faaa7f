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
from migration_harness.reviewing.causes import review_cause

Signature = Annotated[str, Argument(help="The discrepancy, as list shows it.")]
ReviewReason = Annotated[str, Option("--reason", help="Why; it goes into the audit trail.")]
Cause = Annotated[bool, Option("--cause", help="All that has the same cause: other groups with the same mistake.")]
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
def acknowledge(signature: Signature, *, cause: Cause = False, reason: ReviewReason = "", json: Json = False) -> None:
    """Say that somebody has seen it and is on it."""
    _review(signature, State.ACKNOWLEDGED, reason, cause=cause, json=json)


@verb(actions.REVIEW)
def fixed(signature: Signature, *, cause: Cause = False, reason: ReviewReason = "", json: Json = False) -> None:
    """Say that it is fixed; it reopens by itself when it comes back."""
    _review(signature, State.FIXED, reason, cause=cause, json=json)


@verb(actions.REVIEW)
def reopen(signature: Signature, *, cause: Cause = False, reason: ReviewReason = "", json: Json = False) -> None:
    """Take a review back."""
    _review(signature, State.OPEN, reason, cause=cause, json=json)


def _review(signature: str, state: DiscrepancyReview.State, reason: str, *, cause: bool, json: bool) -> None:
    if not reason.strip():
        raise InvalidChange("A review needs a reason: add --reason '…'.")
    if cause:
        _review_cause(signature, state, reason, json=json)
        return
    found = queries.discrepancy(signature)
    reviews.review_discrepancy(signature=signature, state=state, actor=actor(), reason=reason)
    with telling(f"{signature}: {state.value}."):
        if json:
            print_json({"signature": signature, "before": found.state, "after": state.value})
            return
        console().print(f"{signature} ({found.seam}, {' · '.join(found.group)}): {found.state} → {state.value}")


def _review_cause(signature: str, state: DiscrepancyReview.State, reason: str, *, json: bool) -> None:
    found = queries.cause_of(signature)
    changed = review_cause(cause=found, state=state, actor=actor(), reason=reason)
    with telling(f"{found.what}: {state.value}, {len(changed):,} times."):
        if json:
            told = [{"signature": each.signature, "before": each.state, "after": state.value} for each in changed]
            print_json({"cause": found.name, "what": found.what, "changed": told})
            return
        out = console()
        out.print(f"{found.seam}, {found.verdict}: {found.what}")
        for each in changed:
            out.print(f"{each.signature} ({' · '.join(each.group)}): {each.state} → {state.value}")
        if not changed:
            out.print(f"All of it is {state.value} already, or explained.")
