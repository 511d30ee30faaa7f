"""What saying something about a discrepancy, or deciding about an explanation, would do."""

from dashboards.numbers import number, sums_of
from dashboards.previews import Fact, Preview
from migration_harness import queries
from migration_harness.models import StoredExplanation
from migration_harness.queries import Coverage, Discrepancy
from migration_harness.reviewing.explaining import Draft
from migration_harness.wording import counted

MOST_NAMED = 5
"""Discrepancies that are named; the others are counted."""


def of_note(found: Discrepancy) -> Preview:
    """Tell what a note is."""
    facts = [
        Fact(term="So far", text=counted(found.note_count, "note")),
        Fact(term="Then", text="everybody who looks at it reads it, with your name and the time"),
    ]
    return Preview(question=f"{_what(found)}: add a note?", facts=facts, button="Add the note")


def of_assignment(found: Discrepancy, assignee: str) -> Preview:
    """Tell who would be on it."""
    facts = [Fact(term="Now", text=found.assignee or "nobody"), Fact(term="Then", text=assignee or "nobody")]
    question = f"is {assignee} on it" if assignee else "is nobody on it"
    return Preview(question=f"{_what(found)}: {question}?", facts=facts, button="Assign it" if assignee else "Unassign")


def of_draft(drafted: Draft) -> Preview:
    """Tell what an explanation would cover, before it is proposed."""
    group = "any" if drafted.scope.group is None else " · ".join(drafted.scope.group)
    return Preview(
        question=f"Propose an explanation of {drafted.scope.seam}?",
        facts=[
            Fact(term="Differences in", text=", ".join(path for path, _ in sorted(drafted.scope.fields))),
            Fact(term="Group", text=group or "none"),
            Fact(term="Explains until", text=f"{drafted.expires:%Y-%m-%d}"),
            *_covered(drafted.coverage),
            Fact(term="Then", text="another person has to approve it; until then it explains nothing"),
        ],
        button="Propose it",
    )


def of_decision(found: StoredExplanation, decision: str) -> Preview:
    """Tell what a decision about a stored explanation would do."""
    question, then, button = _DECISIONS[decision]
    return Preview(
        question=f"E{found.name[1:]} of {found.seam}: {question}?",
        facts=[
            Fact(term="Now", text=queries.standing(found)),
            Fact(term="Proposed by", text=f"{found.proposed_by}: “{found.reason}”"),
            Fact(term="Explains until", text=f"{found.expires:%Y-%m-%d}"),
            *_covered(queries.coverage_of(found.scope)),
            Fact(term="Then", text=then),
        ],
        button=button,
        grave=decision == "revoke",
    )


_DECISIONS = {
    "approve": ("approve it", "every process obeys within a second: what it covers is intended", "Approve it"),
    "reject": ("reject it", "it never explains anything; a reason is needed", "Reject it"),
    "withdraw": ("withdraw it", "it never explains anything", "Withdraw it"),
    "revoke": (
        "take it out of force",
        "every process obeys within a second: what it covered needs a review again; a reason is needed",
        "Revoke it",
    ),
}


def _covered(coverage: Coverage) -> list[Fact]:
    named = ", ".join(coverage.signatures[:MOST_NAMED])
    more = len(coverage.signatures) - MOST_NAMED
    calls = f"{counted(coverage.comparisons, 'comparison')} of {counted(coverage.accounts, 'account')}"
    facts = [
        Fact(term="Covers", text=f"{calls} in the kept evidence"),
        Fact(term="Discrepancies", text=f"{named} and {more:,} more" if more > 0 else named or "none"),
    ]
    if coverage.found and (sums := sums_of(_unit(coverage), coverage.control_sum, coverage.candidate_sum)):
        facts.append(
            Fact(term="Sums", text=f"{number(sums.control)} legacy, {number(sums.candidate)} new ({sums.unit})")
        )
    return facts


def _unit(coverage: Coverage) -> str | None:
    seam = queries.seam_named(coverage.found[0].seam)
    return seam.measure if seam else None


def _what(found: Discrepancy) -> str:
    return " · ".join([found.seam, *found.group])
