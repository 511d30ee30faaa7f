"""Whether somebody else has changed the flag of a rollout, and who, by the trail."""

from collections.abc import Iterator
from typing import Any, Final

from migration_harness.models import AuditEvent, Flag
from migration_harness.rollout.tick import Hand
from migration_harness.wording import counted, percent

_EVERYONE: Final = {True: "yes", False: "no", None: "unset"}


def foreign_hand(name: str, *, epoch: int) -> Hand | None:
    """Return who has changed a flag since ``epoch``; None where it still has that epoch."""
    flag = Flag.objects.filter(name=name).first()
    if flag is None:
        return Hand(actor="", sentence=f"There is no flag {name} any more.", rolled_back=False)
    if flag.epoch == epoch:
        return None
    events = list(AuditEvent.objects.filter(subject=name, evidence__epoch__gt=epoch).order_by("id"))
    rolled_back = flag.everyone is False
    if not events:
        said = f"{name} was changed, and the trail does not say by whom: python manage.py harness audit --verify"
        return Hand(actor="", sentence=said, rolled_back=rolled_back)
    last = events[-1]
    more = f" after {counted(len(events) - 1, 'other change')}" if len(events) > 1 else ""
    why = f": {last.reason.rstrip('.')}" if last.reason else ""
    did = f"rolled {name} back" if rolled_back else f"changed {name} ({', '.join(_changes(last))})"
    return Hand(
        actor=last.actor,
        sentence=f"{last.actor} {did} at {last.at:%Y-%m-%d %H:%M:%S} UTC{more}{why}.",
        rolled_back=rolled_back,
    )


def _changes(event: AuditEvent) -> Iterator[str]:
    for key, value in event.after.items():
        yield f"{key.removesuffix('_bps').replace('_', ' ')} {_word(key, event.before.get(key))} → {_word(key, value)}"


def _word(key: str, value: Any) -> str:
    if key.endswith("_bps") and isinstance(value, int):
        return percent(value)
    return _EVERYONE[value] if key == "everyone" else str(value)
