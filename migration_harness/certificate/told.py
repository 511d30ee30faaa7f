"""What the events of a trail tell: by one rule for whoever makes a certificate and for whoever checks it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

Event = Mapping[str, Any]

_BESIDES: Final = frozenset({"approval", "plan", "because"})
_DECLARED: Final = frozenset({"declare nobody else", "end declaration"})
_HEALED: Final = frozenset({"begin heal", "heal"})


def is_override(event: Event) -> bool:
    """Tell whether somebody passed what was refused: closed gates, or the second person."""
    evidence = _evidence(event)
    plan, approval = evidence.get("plan"), evidence.get("approval")
    return (
        bool(evidence.get("outside_plan"))
        or (isinstance(plan, dict) and bool(plan.get("outside_plan")))
        or (isinstance(approval, dict) and approval.get("overridden") is True)
    )


def is_rollback(event: Event) -> bool:
    """Tell whether a flag was rolled back."""
    return bool(event["action"] == "roll back")


def is_restore(event: Event) -> bool:
    """Tell whether legacy data was brought back."""
    return bool(event["action"] == "restore legacy")


def is_declaration(event: Event) -> bool:
    """Tell whether somebody said on their own word what nobody had proven."""
    return event["action"] in _DECLARED


def is_healing(event: Event) -> bool:
    """Tell whether charges were healed."""
    return event["action"] in _HEALED


def epoch_of(event: Event) -> int:
    """Return the epoch of a change of a flag, 0 for an event of another kind."""
    evidence = _evidence(event)
    epoch = evidence.get("epoch")
    return epoch if evidence.keys() - _BESIDES == {"epoch"} and type(epoch) is int else 0


def numbers(events: Iterable[Event]) -> dict[str, list[int]]:
    """Return the numbers of the events of each kind, as a certificate lists them."""
    kinds = {
        "overrides": is_override,
        "declarations": is_declaration,
        "rollbacks": is_rollback,
        "healings": is_healing,
        "restores": is_restore,
    }
    listed: dict[str, list[int]] = {name: [] for name in kinds}
    for event in events:
        for name, tells in kinds.items():
            if tells(event):
                listed[name].append(event["id"])
    return listed


def _evidence(event: Event) -> Mapping[str, Any]:
    return event["evidence"] if isinstance(event["evidence"], dict) else {}
