"""Gives back what accounts paid too much at the candidate's price: against the signed price, or the legacy one.

Note [Once]: what is healed is decided by the ledger, under the account's lock, in the transaction that writes the
entry. Nothing that was looked at before is trusted with money, so overlapping periods, two people at once, and a run
that was killed and made again give each charge back once. That holds across prices too: what was healed against the
legacy price is given the rest up to the signed one, and nothing that was given back is taken again.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from django.utils import timezone

from migration_harness.authority import actions
from migration_harness.authority.actions import Action
from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting
from migration_harness.authority.taking import take, two_people
from migration_harness.exceptions import DebitRefused, DueChanged
from migration_harness.isolation import read_committed
from migration_harness.money import debits
from migration_harness.money.debits import Window
from migration_harness.money.ledger import AccountDue, Correction, Mandate, Posted, Scope, ledger
from migration_harness.money.survey import Survey, survey
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

OnProgress = Callable[[int, int], object]
"""Is told how many accounts are done, and of how many."""


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


def heal(
    found: Survey,
    *,
    actor: Actor | str,
    reason: str = "",
    allow_debits: bool = False,
    override: bool = False,
    window: Window | None = None,
    expected: Expected | None = None,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Healing:
    """Write a refund for what was paid too much and, where that is allowed, a debit for what was paid too little.

    Safe to interrupt and to run again: Note [Once]. What is taken needs two people: before anything is written it
    raises ApprovalAwaited, ApprovalVoid or ApprovalExpired, unless another person has approved exactly that, or a
    superuser passes with ``override``. ``window`` is the period as a person wrote it, where that means the same when
    it is said again. Raises DebitRefused without a reason; DueChanged where ``expected`` is not what is due now, or an
    account owes more by then than was approved.
    """
    by = acting(actor)
    if allow_debits and not reason.strip():
        raise DebitRefused("Taking credits from accounts needs a reason. Nothing was written.")
    if expected is not None:
        _refuse_other(found, expected, allow_debits=allow_debits)
    run = f"heal-{uuid4().hex[:12]}"
    if not _todo(found, allow_debits=allow_debits):
        return Healing(run=run, refunds=Sum(), debits=Sum(), not_taken=0)
    with two_people(by=by, reason=reason, override=override), read_committed():
        approval = None
        if allow_debits and found.totals["underpaid"]:
            # Anew, now that nothing but this transaction stands between what is due and its approval.
            found = survey(found.scope)
            if expected is not None:
                _refuse_other(found, expected, allow_debits=allow_debits)
            asked = debits.asked_for(found, window=window, reason=reason)
            approval = take(asked, by=by, reason=reason, override=override)
        mandate = Mandate(run=run, actor=by.name, approver=approval.approver if approval else "", reason=reason)
        # The intent commits before the first entry: whoever kills the run is on the trail all the same.
        evidence = {"approval": approval.evidence} if approval else {}
        _record("begin heal", found, mandate, evidence={"due": dict(found.totals)} | evidence)
    return _written(found, mandate, allow_debits=approval is not None, on_progress=on_progress)


def _written(found: Survey, mandate: Mandate, *, allow_debits: bool, on_progress: OnProgress) -> Healing:
    sums = dict.fromkeys(Correction, Sum())
    todo = _todo(found, allow_debits=allow_debits)
    for done, (due, correction) in enumerate(todo, start=1):
        for posted in _entries(due, found.scope, correction, mandate):
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


def _todo(found: Survey, *, allow_debits: bool) -> list[tuple[AccountDue, Correction]]:
    corrections = (Correction.REFUND, Correction.DEBIT) if allow_debits else (Correction.REFUND,)
    return [(due, each) for each in corrections for due in found.accounts if _credits(due, each)]


def _entries(due: AccountDue, scope: Scope, correction: Correction, mandate: Mandate) -> Iterable[Posted]:
    """Write the entries of one account; raises DueChanged for a debit above what was approved of it."""
    host, left = ledger(), due.underpaid
    while True:
        with read_committed():
            posted = host.correct(account_id=due.account_id, scope=scope, correction=correction, mandate=mandate)
            if posted and correction is Correction.DEBIT:
                left -= posted.credits
                if left < 0:
                    raise DueChanged(
                        f"Account {due.account_id} owes {-left:,} credits more than was approved: nothing was taken "
                        f"from it, nor from those after it. What run {mandate.run} wrote before stays. Look again."
                    )
        if not posted:
            return
        yield posted


def _credits(due: AccountDue, correction: Correction) -> int:
    return due.overpaid if correction is Correction.REFUND else due.underpaid


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
