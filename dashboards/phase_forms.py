"""What a person enters to close a phase, to open it again, and to tick its checklist."""

from django import forms

from dashboards.forms import ConsoleForm, reason_field


class AdvanceForm(ConsoleForm):
    """A phase is closed."""

    title = "Close the phase"
    reason = reason_field()


class ReopenForm(ConsoleForm):
    """A phase is opened again."""

    title = "Open the phase again"
    reason = reason_field()


class TickForm(ConsoleForm):
    """An item of a checklist is done, or is not."""

    title = "The checklist"
    note = forms.CharField(
        required=False,
        max_length=2_000,
        label="Note",
        help_text="How it was done, and with whom. It goes into the audit trail; may be left out.",
    )
