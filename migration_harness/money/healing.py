"""Gives back what accounts paid too much at the candidate's price: against the signed price, or the legacy one.

Note [Once]: what is healed is decided by the ledger, under the account's lock, in the transaction that writes the
entry. Nothing that was looked at before is trusted with money, so overlapping periods, two people at once, and a run
that was killed and made again give each charge back once. That holds across prices too: what was healed against the
legacy price is given the rest up to the signed one, and nothing that was given back is taken again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Final
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.utils import timezone

from migration_harness.authority import actions
from migration_harness.authority.actions import Action
from migration_harness.exceptions import DebitRefused, DueChanged, InvalidChange
from migration_harness.isolation import read_committed
from migration_harness.money.against import Against
from migration_harness.money.ledger import AccountDue, Correction, Ledger, Mandate, Posted, Scope, ledger
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry
from migration_harness.wording import counted

OnProgress = Callable[[int, int], object]
"""Is told how many accounts are done, and of how many."""

_AMOUNTS: Final = tuple(name for name in AccountDue.__slots__ if name not in ("account_id", "charges"))


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is due in a scope, by account, the most overpaid first; money is credits at ``usd_per_credit``."""

    flag: str
    scope: Scope
    against: Against
    usd_per_credit: Decimal
    accounts: tuple[AccountDue, ...]

    @cached_property
    def totals(self) -> Mapping[str, int]:
        """Sums over all accounts, by the names of ``AccountDue``."""
        return {name: sum(getattr(due, name) for due in self.accounts) for name in _AMOUNTS}

    @cached_property
    def charges(self) -> Mapping[str, int]:
        """How many charges the candidate priced, by the way in which the work came."""
        counts: Counter[str] = Counter()
        for due in self.accounts:
            counts.update(due.charges)
        return dict(sorted(counts.items()))

    @property
    def derived(self) -> str:
        """What is to be known of charges that keep no signed price, in a sentence; empty where there are none."""
        count = self.totals["derived_charges"]
        if not count or self.against is not Against.SIGNED:
            return ""
        return f"{counted(count, 'charge')} of before the signed price was kept, by the list in force"

    def usd(self, credits: int) -> Decimal:  # noqa: A002  The domain's word.
        """Return what so many credits are sold for."""
        return credits * self.usd_per_credit


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Entries that were written, the charges that they heal, and their credits."""

    entries: int = 0
    charges: int = 0
    credits: int = 0

    def plus(self, posted: Posted) -> "Sum":
        """Return the sum with one entry more."""
        return Sum(
            entries=self.entries + 1, charges=self.charges + posted.charges, credits=self.credits + posted.credits
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Healing:
    """What one run wrote. ``not_taken``: credits that a debit could not take, because balances do not reach."""

    run: str
    refunds: Sum
    debits: Sum
    not_taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a person looked at before saying yes: credits to give back and, where debits are made, to take."""

    refund: int
    debit: int = 0


def action_of(*, allow_debits: bool) -> Action:
    """Return what healing is for whoever wants to write it: giving back, or taking as well."""
    return actions.DEBIT if allow_debits else actions.HEAL


def survey(scope: Scope, *, flag: str | None = None) -> Survey:
    """Return what accounts paid too much, too little, and what nobody knows; changes nothing.

    Raises InvalidChange where ``flag`` decides on no charge, the scope ends before it begins, or the ledger cannot
    measure against its price.
    """
    host = ledger()
    if flag not in (None, host.flag):
        raise InvalidChange(f"{flag}: no charge is priced by this flag. Charges are priced by {host.flag}.")
    if scope.since is not None and scope.since >= scope.until:
        raise InvalidChange(f"There is nothing between {scope.since:%Y-%m-%d %H:%M} and {scope.until:%Y-%m-%d %H:%M}.")
    against = _against(scope, host)
    scope = replace(scope, against=against)
    dues = sorted(host.dues(scope), key=lambda due: (-due.overpaid, -due.underpaid, due.account_id.zfill(20)))
    return Survey(
        flag=host.flag, scope=scope, against=against, usd_per_credit=host.usd_per_credit(), accounts=tuple(dues)
    )


def heal(
    found: Survey,
    *,
    actor: str,
    reason: str = "",
    allow_debits: bool = False,
    approver: str = "",
    expected: Expected | None = None,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Healing:
    """Write a refund for what was paid too much and, where that is allowed, a debit for what was paid too little.

    Safe to interrupt and to run again: Note [Once]. Raises DebitRefused, before anything is written, unless debits
    have a reason and an approver who is another operator; DueChanged where ``expected`` is not what is due now.
    """
    if allow_debits:
        _refuse_unapproved(actor=actor, approver=approver, reason=reason)
    if expected is not None:
        _refuse_other(found, expected, allow_debits=allow_debits)
    corrections = (Correction.REFUND, Correction.DEBIT) if allow_debits else (Correction.REFUND,)
    todo = [(due, each) for each in corrections for due in found.accounts if _credits(due, each)]
    mandate = Mandate(run=f"heal-{uuid4().hex[:12]}", actor=actor, approver=approver, reason=reason)
    if not todo:
        return Healing(run=mandate.run, refunds=Sum(), debits=Sum(), not_taken=0)
    # The intent commits before the first entry: whoever kills the run is on the trail all the same.
    _record("begin heal", found, mandate, evidence={"due": dict(found.totals)})
    sums = dict.fromkeys(Correction, Sum())
    for done, (due, correction) in enumerate(todo, start=1):
        for posted in _entries(due.account_id, found.scope, correction, mandate):
            sums[correction] = sums[correction].plus(posted)
        on_progress(done, len(todo))
    healed = Healing(
        run=mandate.run,
        refunds=sums[Correction.REFUND],
        debits=sums[Correction.DEBIT],
        not_taken=max(0, found.totals["underpaid"] - sums[Correction.DEBIT].credits) if allow_debits else 0,
    )
    _record("heal", found, mandate, evidence={"due": dict(found.totals), "healed": asdict(healed)})
    return healed


def _against(scope: Scope, host: Ledger) -> Against:
    if scope.against is None:
        return host.against[0]
    if scope.against not in host.against:
        raise InvalidChange(
            f"{scope.against}: the ledger knows no such price. Measure against: {', '.join(host.against)}."
        )
    return scope.against


def _entries(account_id: str, scope: Scope, correction: Correction, mandate: Mandate) -> Iterable[Posted]:
    host = ledger()
    while posted := host.correct(account_id=account_id, scope=scope, correction=correction, mandate=mandate):
        yield posted


def _credits(due: AccountDue, correction: Correction) -> int:
    return due.overpaid if correction is Correction.REFUND else due.underpaid


def _refuse_unapproved(*, actor: str, approver: str, reason: str) -> None:
    if not reason.strip():
        raise DebitRefused("Taking credits from accounts needs a reason. Nothing was written.")
    if not approver.strip():
        raise DebitRefused("Taking credits from accounts needs the approver's name. Nothing was written.")
    # A command's actor is user@machine: the same name is the same person.
    if approver.strip().casefold() in (actor.casefold(), actor.partition("@")[0].casefold()):
        raise DebitRefused(f"{approver} is who asks: another person has to approve. Nothing was written.")
    users = get_user_model()._default_manager  # noqa: SLF001  Django's name for it.
    if not users.filter(**{get_user_model().USERNAME_FIELD: approver}, is_active=True, is_staff=True).exists():
        raise DebitRefused(f"There is no operator {approver!r} who could approve. Nothing was written.")


def _refuse_other(found: Survey, expected: Expected, *, allow_debits: bool) -> None:
    due = Expected(refund=found.totals["overpaid"], debit=found.totals["underpaid"] if allow_debits else 0)
    if due != expected:
        raise DueChanged(
            f"It is no longer what was looked at: {due.refund:,} credits to give back and {due.debit:,} to take, not "
            f"{expected.refund:,} and {expected.debit:,}. Nothing was written. Look again."
        )


def _record(action: str, found: Survey, mandate: Mandate, *, evidence: dict[str, Any]) -> None:
    scope = found.scope
    entry = Entry(
        actor=mandate.actor,
        action=action,
        subject=found.flag,
        before={},
        after={
            "run": mandate.run,
            "since": None if scope.since is None else scope.since.isoformat(),
            "until": scope.until.isoformat(),
            "accounts": list(scope.account_ids) or "all",
            "against": found.against.value,
            "approver": mandate.approver,
        },
        reason=mandate.reason,
        evidence=evidence | {"charges": dict(found.charges), "usd_per_credit": str(found.usd_per_credit)},
    )
    with read_committed():
        audit.append(entry, now=timezone.now())
