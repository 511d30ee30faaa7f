"""What a person may ask of healing: first a period to look at, then what to write."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from migration_harness.accounts import BY_ID, AccountInfo, account_named
from migration_harness.api import Against, HarnessError
from migration_harness.moments import moment
from migration_harness.money.healing import Expected
from migration_harness.money.ledger import Scope
from migration_harness.money.survey import Survey


class PeriodForm(forms.Form):
    """Which charges to look at."""

    since = forms.CharField(
        required=False,
        max_length=40,
        label="From",
        help_text="7d or 12h ago, or a date in UTC. Empty: the first charge.",
    )
    until = forms.CharField(required=False, max_length=40, label="Up to", help_text="Empty: now.")
    account = forms.CharField(
        required=False,
        max_length=300,
        strip=False,
        label="Account",
        help_text="Id or exact name; id:7 is the id alone. Empty: all.",
        widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}),
    )
    against = forms.ChoiceField(
        required=False,
        label="Against",
        choices=[(each.value, f"The {each} price") for each in Against],
        help_text="By the legacy price, what was raised on purpose is too much as well.",
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)

    def clean_since(self) -> datetime | None:
        """Return the beginning of the period, None for the first charge."""
        return self._moment("since")

    def clean_until(self) -> datetime:
        """Return the end of the period."""
        return self._moment("until") or timezone.now()

    def clean_account(self) -> AccountInfo | None:
        """Return the account with this id or name, None for all."""
        text = self.cleaned_data["account"]
        try:
            return account_named(text) if text else None
        except HarnessError as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def scope(self) -> Scope:
        """The charges that a valid form asks about."""
        account: AccountInfo | None = self.cleaned_data["account"]
        return Scope(
            since=self.cleaned_data["since"],
            until=self.cleaned_data["until"],
            account_ids=() if account is None else (account.account_id,),
            against=Against(self.cleaned_data["against"]) if self.cleaned_data["against"] else None,
        )

    def _moment(self, name: str) -> datetime | None:
        text = self.cleaned_data[name]
        try:
            return moment(text, now=timezone.now()) if text else None
        except HarnessError as error:
            raise forms.ValidationError(str(error)) from None


class HealForm(PeriodForm):
    """What was looked at goes along to the second click, so that only that is written."""

    refund = forms.IntegerField(widget=forms.HiddenInput)
    debit = forms.IntegerField(widget=forms.HiddenInput)
    allow_debits = forms.BooleanField(
        required=False,
        label="Take what was paid too little as well",
        help_text="Another person approves it before anything is written.",
    )
    reason = forms.CharField(
        required=False,
        max_length=2_000,
        label="Reason",
        help_text="It goes into the audit trail; taking credits needs one.",
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for name in PeriodForm.base_fields:
            self.fields[name].widget = forms.HiddenInput()

    @classmethod
    def after(cls, found: Survey, *, entered: Any = None) -> "HealForm":
        """Return the form for what was found; ``entered``: what a person had written before, kept."""
        scope = found.scope
        kept = {name: entered[name] for name in ("allow_debits", "reason") if entered and name in entered}
        form = cls(
            initial=kept
            | {
                "since": "" if scope.since is None else scope.since.isoformat(),
                "until": scope.until.isoformat(),
                "account": "".join(BY_ID + account_id for account_id in scope.account_ids),
                "against": found.against.value,
                "refund": found.totals["overpaid"],
                "debit": found.totals["underpaid"],
            }
        )
        if not found.totals["underpaid"]:
            del form.fields["allow_debits"]
        return form

    @property
    def expected(self) -> Expected:
        """What was shown before the second click."""
        debits = self.cleaned_data["debit"] if self.cleaned_data["allow_debits"] else 0
        return Expected(refund=self.cleaned_data["refund"], debit=debits)
