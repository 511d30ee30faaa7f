"""What a person may ask the console to do. A form is filled in, looked at with what it would do, and confirmed."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, Final, Self

from django import forms
from django.http import HttpRequest

from migration_harness.accounts import BY_ID, AccountInfo, directory
from migration_harness.api import HarnessError
from migration_harness.control.flips import FlagChange
from migration_harness.models import DiscrepancyReview
from migration_harness.queries import account_to_move

OFFERED: Final = 200
"""Accounts that are offered while one is typed; more would make the page slow."""

MEMBERSHIPS: Final = (
    ("on", "on: on the candidate, by name"),
    ("off", "off: on the control, by name"),
    ("inherit", "inherit: as the share says"),
)


class ConsoleForm(forms.Form):
    """A form of the console. The fields in ``decided`` are not asked again where it is confirmed."""

    title: str = ""
    decided: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")

    @classmethod
    def of(cls, request: HttpRequest, shape: "Callable[[Self], object] | None" = None) -> Self:
        """Return the form as a request fills it in; in an address, what has not been asked is not wrong yet.

        ``shape`` is called with it before anything is checked, to offer what there is to choose from.
        """
        asks = request.POST if request.method == "POST" else request.GET
        form = cls(asks if asks or not cls.decided or request.method == "POST" else None)
        if shape is not None:
            shape(form)
        if request.method == "POST":
            return form
        asked = request.GET.keys() & set(cls.decided)
        for name in form.errors.keys() - asked:
            del form.errors[name]
        return form

    @property
    def is_decided(self) -> bool:
        """Whether it is known what to do, so that it can be shown what that would mean."""
        return self.is_bound and not any(name in self.errors or name not in self.data for name in self.decided)


def reason_field(*, missing: str = "") -> forms.CharField:
    """Return the field of a reason; ``missing`` is what is said where it is needed and left out."""
    return forms.CharField(
        required=bool(missing),
        max_length=2_000,
        label="Reason",
        help_text="It goes into the audit trail." if missing else "It goes into the audit trail; may be left out.",
        error_messages={"required": missing},
    )


class RollbackForm(ConsoleForm):
    """Everyone back to the baseline."""

    title = "Roll back"

    to_off = forms.BooleanField(required=False, label="Stop comparing as well")
    only = forms.BooleanField(required=False, label="Only this flag")
    reason = reason_field()


class ReturnForm(ConsoleForm):
    """A rollback is taken back."""

    title = "Take the rollback back"
    reason = reason_field()


class RetireForm(ConsoleForm):
    """A flag that nothing asks any more leaves every list, or is on the lists again."""

    title = "Off the lists, or on them again"
    reason = reason_field()


class AccountForm(ConsoleForm):
    """One account."""

    title = "One account"
    decided = ("account", "membership")

    account = forms.CharField(
        max_length=300,
        strip=False,
        label="Account",
        help_text="Id or exact name; id:7 is the id alone.",
        widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}),
        error_messages={"required": "Say which account."},
    )
    membership = forms.ChoiceField(
        choices=MEMBERSHIPS,
        label="Is",
        initial="on",
        error_messages={"required": "Say what to do with the account.", "invalid_choice": "Say on, off or inherit."},
    )
    reason = reason_field()

    flag = ""
    account_id = ""
    known: AccountInfo | None = None
    """What is known of the account; None where it is gone, and only to be taken off the list."""

    def of_flag(self, name: str) -> None:
        """Say whose list it is."""
        self.flag = name

    def clean(self) -> dict[str, Any]:
        """Find the account with this id or name; from here on it is meant by its id."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.account_id, self.known = account_to_move(
                    flag=self.flag, text=values["account"], membership=values["membership"]
                )
            except HarnessError as error:
                self.add_error("account", str(error))
            else:
                entered: Any = self.data
                self.data = entered = entered.copy()
                entered["account"] = BY_ID + self.account_id
        return values

    @property
    def change(self) -> FlagChange:
        """The change that a valid form asks for."""
        return FlagChange(account_id=self.account_id, membership=self.cleaned_data["membership"])


class ShareForm(ConsoleForm):
    """The share of all accounts."""

    title = "The share"
    decided = ("percent",)

    percent = forms.DecimalField(
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
        label="Share of all accounts, in percent",
        help_text="Raising it only ever adds accounts.",
        error_messages={"required": "Say which share."},
    )
    reason = reason_field()

    @property
    def change(self) -> FlagChange:
        """The change that a valid form asks for."""
        return FlagChange(share_bps=int(self.cleaned_data["percent"] * 100))


class ReviewForm(ConsoleForm):
    """What a person decided about a discrepancy."""

    title = "Review"
    decided = ("state",)

    state = forms.ChoiceField(
        choices=[(state.value, state.value) for state in DiscrepancyReview.State if state.value != "reopened"],
        label="Is",
        error_messages={"required": "Say what it is.", "invalid_choice": "Say acknowledged, fixed or open."},
    )
    reason = reason_field(missing="Say why: a review needs a reason.")


class SignOffForm(ConsoleForm):
    """A person's word on a forecast: on the one that was looked at."""

    title = "Sign the forecast"
    decided = ("forecast",)

    forecast = forms.IntegerField(
        label="Forecast",
        help_text="Its number, as the page of the forecast shows it.",
        min_value=1,
        max_value=2**63 - 1,
        error_messages={"required": "Say which forecast."},
    )
    reason = reason_field(missing="Say why: a sign-off needs a reason.")


def offered_accounts() -> list[str]:
    """Return names of accounts to choose from, ids of those that share one; of very many none: they can be typed."""
    ids = directory().all_ids()
    if len(ids) > OFFERED:
        return []
    known = directory().describe(ids).values()
    times = Counter([*ids, *(info.name for info in known)])
    return sorted(info.name if times[info.name] == 1 else BY_ID + info.account_id for info in known)
