"""A person signs a forecast; the signature is void as soon as anything changes that the prices rested on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.authority.approvals import asked_of
from migration_harness.authority.asked import Act
from migration_harness.authority.persons import acting
from migration_harness.authority.taking import take, two_people
from migration_harness.deciding.purpose import for_the_harness
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import ForecastRefused, HarnessMisconfigured
from migration_harness.isolation import read_committed
from migration_harness.models import Approval, ForecastSignOff, KeptForecast
from migration_harness.money.forecast import signing
from migration_harness.money.forecast.source import ForecastQuestion, forecast_source
from migration_harness.money.forecast.stored import kept_forecast, last_forecast
from migration_harness.money.forecast.targets import target_flags
from migration_harness.tombstones.own_reads import own_reading
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

_NAMED: Final = 3
"""Changes that a sentence names; the rest is counted."""
_GONE: Final = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffStatus:
    """Whether the money of the migration is signed off, and why; ``sign_off`` is the newest signature."""

    answer: Answer
    sentence: str
    sign_off: ForecastSignOff | None = None

    @property
    def is_void(self) -> bool:
        """Whether somebody signed and it does not hold any more."""
        return self.sign_off is not None and self.answer is Answer.CLOSED

    @property
    def told(self) -> dict[str, Any]:
        """The same as plain data."""
        signed = self.sign_off
        return {
            "answer": self.answer.value,
            "sentence": self.sentence,
            "void": self.is_void,
            "forecast": signed.forecast_id if signed else None,
            "signed_by": signed.actor if signed else None,
            "signed_at": signed.at.isoformat() if signed else None,
        }


def sign_off(*, forecast_id: int, actor: Actor | str, reason: str, override: bool = False) -> ForecastSignOff:
    """Sign a forecast, and put it on the audit trail.

    Raises ForecastRefused without a reason, and for a forecast that is void already or has no priced call. Where the
    plan wants two signatures it raises ApprovalAwaited: the forecast is signed when another person approves, unless a
    superuser passes with ``override``.
    """
    by = acting(actor)
    if not reason.strip():
        raise ForecastRefused("A sign-off needs a reason: it says who agreed to these prices.")
    with two_people(by=by, reason=reason, override=override), read_committed():
        kept = kept_forecast(forecast_id)
        _refuse_unsound(kept)
        approval = None
        if signing.needs_two():
            approval = take(signing.asked_for(kept), by=by, reason=reason, override=override)
        return _sign(kept, actor=by.name, reason=reason, approval=approval)


def sign_as_asked(found: Approval, *, by: Actor) -> None:
    """Sign a forecast for whoever asked, as part of the transaction in which another person approves it."""
    kept = kept_forecast(int(asked_of(found).request["forecast"] or 0))
    _refuse_unsound(kept)
    used = take(signing.asked_for(kept), by=by)
    _sign(kept, actor=found.asker, reason=found.reason, approval=used)


def _sign(kept: KeptForecast, *, actor: str, reason: str, approval: Approval | None) -> ForecastSignOff:
    now = timezone.now()
    signed: ForecastSignOff = ForecastSignOff.objects.create(forecast=kept, at=now, actor=actor, reason=reason.strip())
    audit.append(_entry(kept, signed, approval), now=now)
    return signed


def forecast_signed_off() -> SignOffStatus:
    """Tell whether a signature holds for the flags that need a forecast, in one sentence."""
    needed = target_flags()
    rows = ForecastSignOff.objects.select_related("forecast").filter(forecast__flags__contains=sorted(needed))
    signed = rows.order_by("-id").first()
    if signed is None:
        return _unsigned()
    who = f"Signed off by {_signers(signed)} on {_day(signed.at)}"
    try:
        changed = changes_since(signed.forecast)
    except HarnessMisconfigured as error:
        return SignOffStatus(answer=Answer.UNKNOWN, sentence=str(error), sign_off=signed)
    if changed:
        return SignOffStatus(answer=Answer.CLOSED, sentence=f"{who}, void since: {_some(changed)}.", sign_off=signed)
    told = signed.forecast.summary["headline"]
    return SignOffStatus(answer=Answer.OPEN, sentence=f"{who}: {told}", sign_off=signed)


def _signers(signed: ForecastSignOff) -> str:
    """Return who signed: one person, two, or one who passed alone and whom nobody has countersigned."""
    rows = Approval.objects.filter(act=Act.SIGN_OFF, subject=str(signed.forecast), state=Approval.State.USED)
    used = rows.order_by("-id").first()
    if used is None:
        return signed.actor
    if used.lacks_signature:
        return f"{signed.actor} alone, not countersigned,"
    return f"{signed.actor} and {used.approver}"


@for_the_harness()
@own_reading()
def changes_since(kept: KeptForecast) -> list[str]:
    """Return what has changed of that on which a forecast's prices rested: ``name before → after``."""
    question = ForecastQuestion(flags=frozenset(kept.flags), since=kept.at, until=kept.at)
    before, now = kept.inputs, forecast_source(question).inputs()
    names = [*before, *(name for name in now if name not in before)]
    return [_change(name, before, now) for name in names if before.get(name) != now.get(name)]


def void_sentence(kept: KeptForecast) -> str:
    """Return why a forecast does not hold any more; empty where it does."""
    changed = changes_since(kept)
    return f"Its prices have changed since: {_some(changed)}." if changed else ""


def _refuse_unsound(kept: KeptForecast) -> None:
    if why := void_sentence(kept):
        raise ForecastRefused(f"{kept} cannot be signed. {why} Make another one: python manage.py harness forecast")
    if not kept.summary["totals"]["calls"]:
        raise ForecastRefused(f"{kept} has no priced call, so it says nothing. Choose another period, or a trace.")


def _unsigned() -> SignOffStatus:
    kept = last_forecast()
    if kept is None:
        told = "No forecast has been made. Make one: python manage.py harness forecast"
        return SignOffStatus(answer=Answer.UNKNOWN, sentence=told)
    told = f"Nobody has signed a forecast for {', '.join(sorted(target_flags()))}; the newest is of {_day(kept.at)}."
    return SignOffStatus(answer=Answer.CLOSED, sentence=told)


def _entry(kept: KeptForecast, signed: ForecastSignOff, approval: Approval | None = None) -> Entry:
    return Entry(
        actor=signed.actor,
        action="sign off forecast",
        subject=str(kept),
        before={},
        after={"signed": True},
        reason=signed.reason,
        evidence={"calls_of": kept.calls_of, "flags": kept.flags, "headline": kept.summary["headline"]}
        | ({} if approval is None else {"approval": approval.evidence}),
    )


def _change(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> str:
    return f"{name} {before.get(name, _GONE)} → {now.get(name, _GONE)}"


def _some(changed: list[str]) -> str:
    more = f" and {len(changed) - _NAMED:,} more" if len(changed) > _NAMED else ""
    return "; ".join(changed[:_NAMED]) + more


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
