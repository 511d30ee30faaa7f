"""Which changes of a flag are a way forward: those that let an account join the candidate, or make the way back harder.

Told by what a change does, from the flag alone: neither the host's accounts nor its caches are looked at in a flip.
"""

from collections.abc import Mapping
from typing import Any, Final

from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.stages import Stage

MEMBER: Final = "account "
"""How a membership is named in a state: ``account 12``."""
FIELDS: Final = ("stage", "baseline", "everyone", "share_bps")
"""The fields of a flag that a state has, besides memberships."""
PILOTS: Final = 3
"""Accounts that may be on the candidate by name while gates are closed."""
_HARDER: Final = [stage.value for stage in (Stage.LIVE, Stage.RAMPDOWN, Stage.COMPLETE)]
"""Each has a harder way back than those before it."""

State = Mapping[str, Any]


def goes_forward(*, before: State, after: State, salt: str, included: int) -> bool:
    """Tell whether an account may join the candidate by a change, or the cohort gets a harder way back.

    ``included``: accounts that are on the flag's list by name before the change.
    """
    if after["everyone"] is False:
        return False
    return any(
        (
            _HARDER.index(after["stage"]) > _HARDER.index(before["stage"]),
            before["everyone"] is False and _reaches_somebody(after, included),
            after["everyone"] is True and before["everyone"] is not True,
            after["everyone"] is None and before["everyone"] is None and after["share_bps"] > before["share_bps"],
            _joins_by_name(before, after, salt),
        )
    )


def is_pilot(*, before: State, after: State, included: int) -> bool:
    """Tell whether a change does no more than include one of the few accounts that may be tried by name.

    They are compared: at a stage that does not compare nobody is tried. ``included`` as of ``goes_forward``.
    """
    changed = [key for key in after if after[key] != before[key]]
    named = [key for key in changed if key.startswith(MEMBER) and after[key] == "on"]
    return changed == named != [] and after["stage"] == Stage.LIVE.value and included + len(named) <= PILOTS


def _reaches_somebody(after: State, included: int) -> bool:
    return bool(after["everyone"] or after["share_bps"] or included or "on" in _memberships(after))


def _joins_by_name(before: State, after: State, salt: str) -> bool:
    """Tell whether an account that a change names is in the cohort by it, and was not."""
    for key, membership in _memberships_of(after):
        account_id = key.removeprefix(MEMBER)
        was = _includes(before, account_id, before[key], salt)
        if not was and _includes(after, account_id, membership, salt):
            return True
    return False


def _includes(state: State, account_id: str, membership: str, salt: str) -> bool:
    """Tell what ``FlagState.includes`` tells, for one account and its membership."""
    if state["everyone"] is False or membership == "off":
        return False
    if state["everyone"] or membership == "on":
        return True
    return bool(state["share_bps"] > 0 and bucket_of(account_id, salt=salt) < state["share_bps"])


def _memberships(state: State) -> list[str]:
    return [membership for _, membership in _memberships_of(state)]


def _memberships_of(state: State) -> list[tuple[str, str]]:
    return [(key, value) for key, value in state.items() if key.startswith(MEMBER)]
