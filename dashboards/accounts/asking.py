"""What an address asks of the accounts: ``?q=ced&plan=Pro``; what nobody can read asks for nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from dashboards.labels import STAGES
from migration_harness.accounts import AccountInfo
from migration_harness.queries import AccountQuestion

GAINS: Final = "gains"
LOSES: Final = "loses"
_CHANGES: Final = ((GAINS, "pays less after"), (LOSES, "pays more after"))
_MOST_CREDITS: Final = 2**63 - 1


class FilterForm(forms.Form):
    """The fields by which accounts are found."""

    q = forms.CharField(
        required=False,
        max_length=300,
        label="Find",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Name, id or plan", "autocomplete": "off", "autofocus": True}
        ),
    )
    plan = forms.ChoiceField(required=False, label="Plan")
    flag = forms.ChoiceField(required=False, label="Under")
    stage = forms.ChoiceField(required=False, label="Has the stage")
    least = forms.IntegerField(required=False, label="Balance from", min_value=0, max_value=_MOST_CREDITS)
    most = forms.IntegerField(required=False, label="to", min_value=0, max_value=_MOST_CREDITS)
    change = forms.ChoiceField(required=False, label="By the forecast")

    def __init__(self, data: QueryDict, *, plans: Iterable[str], flags: Iterable[str], has_forecast: bool) -> None:
        super().__init__(data, label_suffix="")
        self._offer("plan", "Any plan", [(each, each) for each in plans])
        self._offer("flag", "Any flag", [(each, each) for each in flags])
        self._offer("stage", "Any stage", [(each, each) for each in STAGES])
        self._offer("change", "Gains or loses", _CHANGES if has_forecast else ())

    def _offer(self, name: str, any_: str, choices: Iterable[tuple[str, str]]) -> None:
        offered = list(choices)
        if not offered:
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  For the type checker.
        field.choices = [("", any_), *offered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is asked for: of the directory and the flags, and of the forecast. ``address`` asks the same again."""

    form: FilterForm
    question: AccountQuestion
    change: str
    address: str

    @property
    def is_empty(self) -> bool:
        """Whether all accounts are asked for."""
        return not self.address


def filter_of(
    data: QueryDict, accounts: Iterable[AccountInfo], *, flags: Iterable[str], has_forecast: bool, has_plans: bool
) -> Filter:
    """Read what is asked for, as far as it makes sense; ``has_plans``: a directory knows plans and balances."""
    known = list(accounts)
    plans = sorted({each.plan for each in known}) if has_plans else []
    form = FilterForm(data, plans=plans, flags=flags, has_forecast=has_forecast)
    if not has_plans:
        del form.fields["least"], form.fields["most"]
    form.is_valid()
    asked = form.cleaned_data
    return Filter(
        form=form,
        question=AccountQuestion(
            text=asked.get("q", ""),
            plan=asked.get("plan", ""),
            flag=asked.get("flag", ""),
            stage=asked.get("stage", ""),
            least=asked.get("least"),
            most=asked.get("most"),
        ),
        change=asked.get("change", ""),
        address=urlencode({name: value for name, value in asked.items() if value not in ("", None)}),
    )
