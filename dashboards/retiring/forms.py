"""What a person enters to say on their word that nobody else uses legacy data, and to end that."""

from datetime import UTC, date, datetime, timedelta

from django import forms

from dashboards.forms import ConsoleForm, reason_field
from migration_harness.rollout.declaring import DAYS, MOST_DAYS


class DeclareForm(ConsoleForm):
    """No other program uses what the deletion drops: a person's word, with an end."""

    title = "Declare that nobody else uses legacy data"
    until = forms.DateField(
        required=False,
        label="Last day",
        help_text=f"In UTC, at most {MOST_DAYS} days away. Empty: {DAYS} days from now.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = reason_field(missing="Say by what you know it.")

    @property
    def end(self) -> datetime | None:
        """The moment after the last day of a valid form; None where none was named."""
        last: date | None = self.cleaned_data["until"]
        return None if last is None else datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=1)


class EndDeclarationForm(ConsoleForm):
    """What was declared holds no longer."""

    title = "End the declaration"
    reason = reason_field()
