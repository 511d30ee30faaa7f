"""What a person says of a rollout: how one is started, and to which step it returns."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast

from django import forms

from dashboards.forms import ConsoleForm, reason_field
from migration_harness.api import HarnessError
from migration_harness.moments import span
from migration_harness.plan import plan
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.starting import Prepared, Wish, prepare
from migration_harness.rollout.steps import share_of, shares_of

T = TypeVar("T")


class SharesField(forms.CharField):
    """Shares in percent, as 1, 5, 25; in basis points."""

    def clean(self, value: Any) -> tuple[int, ...]:
        """Return the shares that were written; none where the field may be left empty."""
        text = super().clean(value)
        return _read(lambda: shares_of(text)) if text else ()


class SpanField(forms.CharField):
    """How long something is, as 1d, 12h, 45min."""

    def clean(self, value: Any) -> timedelta:
        """Return the time that was written."""
        return _read(lambda: span(super(SpanField, self).clean(value)))


class ShareField(forms.CharField):
    """One share in percent; in basis points."""

    def clean(self, value: Any) -> int:
        """Return the share that was written."""
        return _read(lambda: share_of(super(ShareField, self).clean(value)))


class StartForm(ConsoleForm):
    """How a flag is rolled out; it begins with what the plan says."""

    title = "Start a rollout"
    decided = ("steps", "soak", "sample", "approve_before", "dry", "loss_credits", "loss_usd")

    steps = SharesField(
        max_length=1_000,
        label="Steps, in percent of the accounts",
        help_text="Each larger than the one before, as 1, 5, 25, 50, 100.",
        error_messages={"required": "Say which steps."},
    )
    soak = SpanField(
        max_length=20,
        label="Soak of each step",
        help_text="How long it is watched before the next: 1d, 12h, 45min.",
        error_messages={"required": "Say how long each step is watched."},
    )
    sample = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        label="Comparisons that each step needs",
        error_messages={"required": "Say how many comparisons each step needs; 0 for none."},
    )
    approve_before = SharesField(
        required=False,
        max_length=1_000,
        label="Another person approves before",
        help_text="Steps, as 50, 100; may be left out.",
    )
    dry = forms.MultipleChoiceField(
        required=False,
        label="Guards that are only measured, and never decide",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "%(value)s is no guard of this flag."},
    )
    loss_credits = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        label="Loss budget, in credits",
        help_text="The most that it may cost customers before a fault is noticed; left out, no step is made smaller.",
    )
    loss_usd = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_digits=20,
        decimal_places=6,
        label="Loss budget, in USD",
        help_text="The same in money; where both are given, both hold.",
    )
    reason = reason_field()

    flag = ""
    _prepared: Prepared | None = None

    def of_flag(self, name: str) -> None:
        """Say what is rolled out, and offer what the plan says of it. Raises HarnessMisconfigured."""
        self.flag, self.title = name, f"Roll {name} out"
        planned, fields = plan().rollout_of(name), cast("dict[str, Any]", self.fields)
        fields["steps"].initial = _listed(planned.shares_bps)
        fields["soak"].initial = _written(planned.soak)
        fields["sample"].initial = planned.sample
        fields["approve_before"].initial = _listed(planned.approve_before_bps)
        always = chosen.dry_for(name)
        names = [guard.name for guard in chosen.guards_for(name)]
        fields["dry"].choices = [(each, f"{each} (the plan says so)" if each in always else each) for each in names]
        fields["dry"].initial = sorted(always)

    @property
    def is_decided(self) -> bool:
        """Whether it is known how; boxes that are not ticked are not sent."""
        return self.is_bound and "steps" in self.data and not self.errors.keys() & {*self.decided, "__all__"}

    @property
    def prepared(self) -> Prepared:
        """The rollout as it would be, of a form in which all that is decided is valid."""
        if self._prepared is None:
            raise ValueError("It is not known yet how.")
        return self._prepared

    def clean(self) -> dict[str, Any]:
        """Prepare the rollout: what it would be, or why there would be none."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors.keys() & set(self.decided):
            try:
                self._prepared = prepare(flag=self.flag, wish=_wish(values))
            except HarnessError as error:
                self.add_error("steps", str(error))
        return values


class MoveForm(ConsoleForm):
    """A rollout stays, goes on, or ends."""

    title = "Move a rollout"
    reason = reason_field()


class BackForm(ConsoleForm):
    """A rollout returns to a step."""

    title = "Return to a step"
    decided = ("step",)

    step = ShareField(
        max_length=20,
        label="Step, in percent of the accounts",
        help_text="One that this rollout has proven.",
        error_messages={"required": "Say which step."},
    )
    reason = reason_field()


def _wish(values: dict[str, Any]) -> Wish:
    return Wish(
        shares_bps=values["steps"],
        soak=values["soak"],
        sample=values["sample"],
        approve_before_bps=values["approve_before"],
        dry=tuple(values["dry"]),
        loss_credits=values["loss_credits"],
        loss_usd=values["loss_usd"],
    )


def _read(read: Callable[[], T]) -> T:
    """Return what was written; what cannot be read is an error of the field."""
    try:
        return read()
    except HarnessError as error:
        raise forms.ValidationError(str(error)) from error


def _listed(shares_bps: Iterable[int]) -> str:
    return ", ".join(f"{share / 100:g}" for share in shares_bps)


def _written(soak: timedelta) -> str:
    """Return a soak as it is written, in the largest unit that it fills."""
    units = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
    size, unit = next((each for each in units if not soak % each[0]), units[-1])
    return f"{soak // size}{unit}"
