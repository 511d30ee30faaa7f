"""Many accounts moved by one change: chosen by hand or all that a filter finds, looked at, and confirmed."""

import json
from collections import Counter
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from dashboards.accounts.listing import Accounts
from dashboards.forms import MEMBERSHIPS, ConsoleForm, reason_field
from dashboards.names import Names
from dashboards.numbers import number, signed
from dashboards.previews import Fact, Preview, facts_of
from dashboards.seen import read_seen, refuse_other
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.control.flips import FlagChange
from migration_harness.control.seen import refuse_unseen, seen_in
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.queries import accounts_to_move, matrix_flags, stages_under
from migration_harness.wording import counted


class Texts(forms.MultipleChoiceField):
    """As many texts as are sent."""

    widget = forms.MultipleHiddenInput

    def valid_value(self, value: object) -> bool:  # noqa: ARG002  Django's signature.
        """Take every text: the accounts are looked up."""
        return True


class MoveForm(ConsoleForm):
    """Which accounts, under which flag, and whereto."""

    title = "Move several accounts"
    decided = ("flag", "membership")

    flag = forms.ChoiceField(
        label="Flag",
        error_messages={"required": "Say under which flag.", "invalid_choice": "There is no such flag."},
    )
    membership = forms.ChoiceField(
        choices=MEMBERSHIPS,
        label="Are",
        error_messages={"required": "Say what to do with them.", "invalid_choice": "Say on, off or inherit."},
    )
    account = Texts(required=False)
    all = forms.BooleanField(required=False, widget=forms.HiddenInput)
    filter = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    reason = reason_field(missing="Say why: a change of several accounts needs a reason.")

    change: FlagChange = FlagChange()

    def offer(self) -> None:
        """Offer the flags that there are."""
        field = self.fields["flag"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  For the type checker.
        field.choices = [(name, name) for name in matrix_flags(queries.snapshot())]

    def clean(self) -> dict[str, Any]:
        """Find the accounts; from here on they are meant by their ids."""
        values: dict[str, Any] = super().clean() or {}
        if "flag" in values and "membership" in values:
            try:
                self.change = FlagChange(memberships=self._moves(values))
            except HarnessError as error:
                self.add_error("membership", str(error))
            else:
                if not self.change.moves:
                    self.add_error("membership", "Choose at least one account.")
        return values

    def _moves(self, values: dict[str, Any]) -> Any:
        flag, membership = values["flag"], values["membership"]
        if values.get("all"):
            return dict.fromkeys(Accounts(QueryDict(values.get("filter", ""))).ids, membership)
        return accounts_to_move(flag=flag, named=dict.fromkeys(values["account"], membership))


def form_of(request: HttpRequest) -> MoveForm:
    """Return the form as a request fills it in."""
    return MoveForm.of(request, MoveForm.offer)


def seen_of(form: MoveForm) -> str:
    """Return what a preview rests on: the flags with their epochs, and exactly these accounts."""
    if not form.is_decided:
        return ""
    flags = seen_in(queries.snapshot(), form.cleaned_data["flag"])
    return json.dumps({"flags": flags, "accounts": _digest(form)})


def refuse_stale(form: MoveForm, shown: str) -> dict[str, int]:
    """Return the flags' epochs of what was looked at; raises StalePreview where it is no longer so."""
    if not shown:
        return {}
    try:
        seen = json.loads(shown)
        flags, accounts = seen["flags"], seen["accounts"]
    except (ValueError, RecursionError, TypeError, KeyError):
        flags, accounts = None, ""
    looked_at = dict(read_seen(json.dumps(flags)))
    refuse_unseen(looked_at)
    refuse_other(str(accounts) or "unreadable", _digest(form), what="The accounts that the filter finds")
    return looked_at


def of_move(form: MoveForm) -> Preview:
    """Tell who would be moved, from which stages to which, and what the newest forecast says of them."""
    flag = queries.flag_status(form.cleaned_data["flag"])
    membership, ids = form.cleaned_data["membership"], list(form.change.moves)
    before, after = queries.snapshot(), queries.snapshot_after(flag.name, form.change)
    chosen = counted(len(ids), "account")
    return Preview(
        question=f"{flag.name}: set {chosen} to {membership}?",
        facts=[
            Fact(term="Chosen", text=f"{chosen}: {Names(ids[:5]).some(ids)}"),
            Fact(term="Now", text=_stages(before, flag.name, ids)),
            Fact(term="Then", text=_stages(after, flag.name, ids)),
            *_forecast(ids),
            *facts_of(flag, form.change),
            Fact(term="The trail", text="one change, with one reason"),
        ],
        button=f"Set {chosen} to {membership}",
    )


def _stages(snapshot: Snapshot, flag: str, ids: list[str]) -> str:
    counts = Counter(stage.value for stage in stages_under(snapshot, flag, ids).values())
    return ", ".join(f"{number(count)} {stage}" for stage, count in sorted(counts.items()))


def _forecast(ids: list[str]) -> list[Fact]:
    accounts = Accounts(QueryDict())
    if accounts.forecast is None:
        return [Fact(term="By the forecast", text="no forecast was made")]
    known = [change for each in ids if (change := accounts.changes_of_all().get(each)) is not None]
    before, after = sum(each.before for each in known), sum(each.after for each in known)
    gain, lose = sum(each.difference < 0 for each in known), sum(each.difference > 0 for each in known)
    text = (
        f"{number(before)} credits before, {number(after)} after ({signed(after - before)}): {number(gain)} pay less, "
        f"{number(lose)} pay more"
    )
    missing = len(ids) - len(known)
    return [
        Fact(
            term=f"By forecast {accounts.forecast.pk}",
            text=text + (f"; it says nothing of {counted(missing, 'account')}" if missing else ""),
        )
    ]


def _digest(form: MoveForm) -> str:
    return sha256(json.dumps(sorted(form.change.moves.items())).encode()).hexdigest()[:16]
