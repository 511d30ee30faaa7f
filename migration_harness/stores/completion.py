"""When a flag with a store may leave its legacy store behind, and what it takes to come back.

At ``complete`` the candidate's store alone is written. So that stage is for everyone or, rolled back, for
nobody; and the control may answer again only when its store has everything that the candidate's has.
"""

from collections.abc import Mapping
from typing import Any

from migration_harness.deciding.stages import Side, falls_back, stage_named
from migration_harness.exceptions import InvalidChange, LegacyStoreStale, NoStorePair
from migration_harness.stores.pair import count_behind

State = Mapping[str, Any]
"""The audited fields of a flag, before or after a change."""


def leaves_legacy_behind(state: State) -> bool:
    """Tell whether a flag in this state writes to the candidate's store alone."""
    return state["has_store"] and state["everyone"] is not False and not _falls_back(state)


def comes_back(*, before: State, after: State) -> bool:
    """Tell whether the legacy store would be read again after it was left behind: then it has to be compared."""
    return leaves_legacy_behind(before) and not leaves_legacy_behind(after)


def refuse_for_a_part(*, name: str, after: State, excludes: bool) -> None:
    """Raise InvalidChange where some accounts would go on reading a store that is no longer written."""
    if not leaves_legacy_behind(after):
        return
    stage = after["stage"]
    because = f"{name}: at {stage} nobody writes to the legacy store any more, so nobody may read it: "
    if not after["everyone"]:
        raise InvalidChange(f"{because}say --everyone yes as well, or --stage rampdown.")
    if excludes:
        raise InvalidChange(f"{because}take the excluded accounts in with --account ID --inherit, or --stage rampdown.")
    if after["requires"]:
        needed = ", ".join(after["requires"])
        raise InvalidChange(f"{because}a rollback of {needed} would. Let the plan's flag with a store require none.")


def refuse_stale(*, name: str, before: State, after: State) -> None:
    """Raise LegacyStoreStale where the legacy store would be read again and lacks what was written meanwhile.

    Call it under the flag's exclusive lock: no write is under way then, and none begins before the flip.
    """
    if not comes_back(before=before, after=after):
        return
    missing = f"{name}: nothing was written to the legacy store since {before['stage']}"
    try:
        behind = count_behind(name, Side.CONTROL)
    except NoStorePair as error:
        raise LegacyStoreStale(f"{missing}, and nobody can tell what it lacks. {error}") from error
    if behind:
        raise LegacyStoreStale(
            f"{missing}, and it lacks {behind:,} of what the new one has. "
            f"Bring it up to date first: python manage.py harness resync {name} --to control"
        )


def _falls_back(state: State) -> bool:
    return falls_back(stage_named(state["stage"]), has_store=True)
