"""What a person may answer where something needs two people."""

from datetime import datetime
from typing import Final

from django import forms

from dashboards.approval_rows import facts_of
from dashboards.forms import ConsoleForm, reason_field
from dashboards.previews import Fact, Preview
from migration_harness.approving.now import changes
from migration_harness.authority.approvals import asked_of
from migration_harness.models import Approval

_WORDS: Final = {
    "approve": ("approve exactly this", "it can be done once, until it expires", "Approve it"),
    "refuse": ("refuse it", "it cannot be done; whoever asked reads your reason", "Refuse it"),
    "withdraw": ("take it back", "nobody can approve or do it any more", "Withdraw it"),
    "countersign": ("sign what was passed by one person alone", "both names stand for it", "Countersign it"),
}


class AnswerForm(ConsoleForm):
    """What a person answers."""

    title = "Answer what was asked"
    decided = ("decision",)

    decision = forms.ChoiceField(
        choices=[(word, word) for word in _WORDS],
        label="Answer",
        error_messages={"required": "Say what to do.", "invalid_choice": f"Say one of: {', '.join(_WORDS)}."},
    )
    reason = reason_field()


def of_answer(found: Approval, decision: str, *, now: datetime) -> Preview:
    """Tell what is answered: what was asked, what of it is another now, and what follows."""
    question, then, button = _WORDS[decision]
    what, asked = f"{found.name.capitalize()}: {question}?", asked_of(found)
    changed = changes(found, now=now) if found.state == Approval.State.ASKED else []
    return Preview(
        question=what,
        facts=[
            Fact(term="Asked by", text=f"{found.asker}: “{found.reason}”" if found.reason else found.asker),
            Fact(term="What", text=found.sentence),
            *facts_of(asked),
            Fact(term="Changed since", text="; ".join(changed) if changed else "nothing"),
            Fact(term="Then", text=then),
        ],
        button=button,
        grave=decision == "approve",
    )
