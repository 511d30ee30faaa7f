"""What a loss budget is kept by: the evidence of the money seams, what accounts are charged, and what is due so far."""

from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Final, Protocol

from migration_harness.deciding.buckets import BUCKETS, bucket_of
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.exceptions import HarnessError, InvalidChange
from migration_harness.money.ledger import Scope, ledger
from migration_harness.money.survey import survey
from migration_harness.queries.evidence import evidence_of_seam
from migration_harness.queries.since import Usage, seams_behind, usage_before, verdicts_since
from migration_harness.rollout.loss_budget.arithmetic import Allowed, Joining, largest_share

RATE_DAYS: Final = 7
"""Of which an account's busiest one is taken for what it is charged."""
_DAY_SECONDS: Final = 86_400
_DIGITS: Final = Decimal("0.000001")


class Budgeted(Protocol):
    """A rollout, as far as its budget goes. Either amount may be None; where both are given, both hold."""

    @property
    def flag(self) -> str: ...  # noqa: D102
    @property
    def loss_credits(self) -> int | None: ...  # noqa: D102
    @property
    def loss_usd(self) -> Decimal | None: ...  # noqa: D102
    @property
    def started_at(self) -> datetime: ...  # noqa: D102


def allowed_share_bps(rollout: Budgeted, wanted_bps: int, now: datetime) -> Allowed:
    """Return how much of the wanted share a rollout may give to its next step, by its loss budget.

    Where something that is needed cannot be read the answer is no step, with the reason.
    """
    if rollout.loss_credits is None and rollout.loss_usd is None:
        return Allowed(share_bps=wanted_bps, sentence="The rollout has no loss budget.")
    try:
        return _allowed(rollout, wanted_bps, now)
    except HarnessError as error:
        return Allowed(share_bps=0, sentence=f"No step: the loss budget cannot be kept. {error}")


def spent(*, flag: str, since: datetime, now: datetime) -> Decimal:
    """Return the credits that accounts have paid too much since then, against the signed price, healed or not.

    What was given back is spent all the same: a budget that a refund fills again would have no end. Raises
    InvalidChange where the flag prices no charge, HarnessMisconfigured where there is no ledger.
    """
    ledger()  # Of a rollout that has just begun, too: without a ledger a budget cannot be kept.
    if since >= now:
        return Decimal(0)
    totals = survey(Scope(since=since, until=now), flag=flag).totals
    return Decimal(totals["overpaid"] + totals["refunded"])


def credits_allowed(rollout: Budgeted) -> Decimal:
    """Return the budget of a rollout that has one in whole credits, the smaller of both amounts.

    Raises HarnessMisconfigured where there is no ledger that says what a credit costs.
    """
    amounts = [] if rollout.loss_credits is None else [Decimal(rollout.loss_credits)]
    if rollout.loss_usd is not None:
        amounts.append((rollout.loss_usd / ledger().usd_per_credit()).to_integral_value(ROUND_DOWN))
    return min(amounts)


def _allowed(rollout: Budgeted, wanted_bps: int, now: datetime) -> Allowed:
    seams, snapshot = seams_behind(rollout.flag, money=True), load_snapshot()
    flag = snapshot.flags.get(rollout.flag)
    if flag is None or not seams:
        raise InvalidChange(f"{rollout.flag} has no money seam in this process: it costs nobody anything by itself.")
    since = now - timedelta(days=RATE_DAYS)
    usage = usage_before(seam_names=seams, since=since, until=now)
    return largest_share(
        budget=credits_allowed(rollout),
        wanted_bps=wanted_bps,
        bound=_bound(seams, since=since),
        accounts=[_joining(each, found, flag) for each, found in usage.items() if _may_join(each, flag, snapshot)],
        compared_bps=flag.compared_bps,
        spent=spent(flag=rollout.flag, since=rollout.started_at, now=now),
    )


def _bound(seams: list[str], *, since: datetime) -> Decimal | None:
    """Return the highest bound of the mismatch ratio of these seams; None where one that was used has none now."""
    used = {each.seam for each in verdicts_since(seam_names=seams, since=since)}
    found = {seam.name: seam.bound for name in seams for seam in evidence_of_seam(name).seams}
    known = [bound for bound in found.values() if bound is not None]
    if not known or any(found.get(name) is None for name in used):
        return None
    return Decimal(max(known)).quantize(_DIGITS, ROUND_UP)


def _may_join(account_id: str, flag: FlagState, snapshot: Snapshot) -> bool:
    """Tell whether some share takes an account in: it is not excluded, and in the cohort of all that is required."""
    return account_id not in flag.excluded and all(snapshot.in_cohort(each, account_id) for each in flag.requires)


def _joining(account_id: str, usage: Usage, flag: FlagState) -> Joining:
    """Return what an account is charged: on its busiest day, with calls that are not compared like those that are."""
    of_all = Decimal(BUCKETS) / max(1, flag.compared_bps)
    at_bps = 0 if account_id in flag.included else bucket_of(account_id, salt=flag.salt) + 1
    return Joining(
        at_bps=at_bps,
        credits_per_second=usage.busiest_day * of_all / _DAY_SECONDS,
        charge=usage.credits / usage.calls,
    )
