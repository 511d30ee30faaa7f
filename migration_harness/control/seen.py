"""What a person looked at before a change: the flags that its preview rested on, each with its epoch."""

from collections.abc import Mapping

from migration_harness.deciding.snapshot import Snapshot
from migration_harness.exceptions import StalePreview
from migration_harness.models import AuditEvent, Flag


def seen_in(snapshot: Snapshot, name: str) -> dict[str, int]:
    """Return what a preview of a flag's change rests on: it, the flags that require it, and all that they require."""
    names = snapshot.with_required([name, *snapshot.requiring(name)])
    return {each: snapshot.epoch_of(each) for each in sorted(names)}


def refuse_unseen(seen: Mapping[str, int]) -> None:
    """Raise StalePreview where a flag was changed since its epoch in ``seen``."""
    now = dict(Flag.objects.filter(name__in=seen).values_list("name", "epoch"))
    for name, epoch in seen.items():
        if now.get(name, 0) != epoch:
            since = _by_whom(name)
            raise StalePreview(f"{name} is no longer what was looked at{since}. Nothing was changed. Look again.")


def _by_whom(name: str) -> str:
    event = AuditEvent.objects.filter(subject=name).order_by("-id").first()
    return "" if event is None else f": {event.actor} changed it at {event.at:%Y-%m-%d %H:%M:%S} UTC ({event.action})"
