"""What a person may say about a discrepancy and about a stored explanation."""

from datetime import date, timedelta
from typing import Any

from django import forms

from dashboards.forms import ConsoleForm, reason_field
from migration_harness.queries import Discrepancy
from migration_harness.reviewing.approvals import DECISIONS
from migration_harness.reviewing.explaining import DEFAULT_DAYS
from migration_harness.reviewing.reviews import NOTE_CHARACTERS, operators

NOBODY = ("", "nobody")


class NoteForm(ConsoleForm):
    """A note, which stays as it is written."""

    title = "A note"

    text = forms.CharField(
        max_length=NOTE_CHARACTERS,
        label="Note",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Nobody can change or remove it.",
        error_messages={"required": "Write something."},
    )


class AssignForm(ConsoleForm):
    """Who is on it."""

    title = "Who is on it"
    decided = ("assignee",)

    assignee = forms.ChoiceField(
        required=False, label="Is on it", error_messages={"invalid_choice": "There is no operator %(value)s."}
    )
    reason = reason_field()

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        choices = [NOBODY, *((name, name) for name in operators())]
        self.fields["assignee"].choices = choices  # type: ignore[attr-defined]  # It is a ChoiceField.


class ExplainForm(ConsoleForm):
    """An explanation to propose: what it covers, until when, and why."""

    title = "Propose an explanation"
    decided = ("paths", "calls", "expires")

    paths = forms.MultipleChoiceField(
        label="May differ in",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Say which fields may differ."},
    )
    calls = forms.ChoiceField(label="Calls", error_messages={"required": "Say which calls."})
    expires = forms.DateField(
        label="Explains until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day, at most a year ahead.",
        error_messages={"required": "Say until when."},
    )
    owner = forms.CharField(
        required=False, max_length=150, label="Owner", help_text="Who answers for it; left out, that is you."
    )
    reason = reason_field(missing="Say why the difference is right: an explanation needs a reason.")

    def about(self, found: Discrepancy, *, today: date) -> None:
        """Offer what this discrepancy is made of."""
        words = " · ".join(found.group) or "calls without a group"
        fields: Any = self.fields
        fields["paths"].choices = [(path, f"{path} ({kind})") for path, kind in found.fields]
        fields["calls"].choices = [("group", f"only {words}"), ("any", f"every call of {found.seam}")]
        fields["paths"].initial = list(found.paths)
        fields["expires"].initial = today + timedelta(days=DEFAULT_DAYS)


class DecideForm(ConsoleForm):
    """What a person decides about a stored explanation."""

    title = "Decide about an explanation"
    decided = ("decision",)

    decision = forms.ChoiceField(
        choices=[(word, word) for word in DECISIONS],
        label="Is to be",
        error_messages={"required": "Say what to do.", "invalid_choice": "Say approve, reject, withdraw or revoke."},
    )
    reason = reason_field()
