"""Whether somebody else has changed the flag of a rollout, and who, by the trail."""

from migration_harness.control.state import change_in_words
from migration_harness.models import AuditEvent, Flag
from migration_harness.rollout.tick import Hand
from migration_harness.wording import counted


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
    did = (
        f"rolled {name} back"
        if rolled_back
        else f"changed {name} ({', '.join(change_in_words(key, last.before, last.after) for key in last.after)})"
    )
    return Hand(
        actor=last.actor,
        sentence=f"{last.actor} {did} at {last.at:%Y-%m-%d %H:%M:%S} UTC{more}{why}.",
        rolled_back=rolled_back,
    )
