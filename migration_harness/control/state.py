"""The state of a flag as a change is judged by it, and a change of it in words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from migration_harness.control.forward import FIELDS, MEMBER
from migration_harness.models import Flag, FlagMember
from migration_harness.wording import counted, percent

NAMED: Final = 5
"""Memberships of one change that are told one by one; of more it is told how many there are of each kind."""
EVERYONE: Final = {True: "yes", False: "no", None: "unset"}


def state_of(flag: Flag, keys: Iterable[str] = ()) -> dict[str, Any]:
    """Return a flag's state: its fields, and those memberships that ``keys`` name."""
    ids = [key.removeprefix(MEMBER) for key in keys if key.startswith(MEMBER)]
    rows = FlagMember.objects.filter(flag=flag, account_id__in=ids) if ids else FlagMember.objects.none()
    # Not as models: a change names up to two thousand accounts.
    members = {name: "on" if included else "off" for name, included in rows.values_list("account_id", "included")}
    fields = {field: getattr(flag, field) for field in FIELDS}
    return fields | {f"{MEMBER}{account_id}": members.get(account_id, "inherit") for account_id in ids}


def included_in(flag: Flag) -> int:
    """Count the accounts that are on a flag's list to be included."""
    return int(FlagMember.objects.filter(flag=flag, included=True).count())


def change_in_words(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return what became of one part of a state: ``share 5 % → 25 %``."""
    name = key.removesuffix("_bps").replace("_", " ")
    return f"{name} {value_in_words(key, before.get(key))} → {value_in_words(key, after[key])}"


def changes_in_words(chosen: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """Return what becomes of all the parts of a state that are ``chosen``."""
    moves = [key for key in chosen if key.startswith(MEMBER)]
    few = len(moves) <= NAMED
    told = [change_in_words(key, before, chosen) for key in chosen if few or not key.startswith(MEMBER)]
    if not few:
        kinds = Counter(chosen[key] for key in moves)
        told += [f"{counted(count, 'account')} → {membership}" for membership, count in kinds.items()]
    return ", ".join(told)


def value_in_words(key: str, value: Any) -> str:
    """Return one part of a state as the command's options say it."""
    if key.endswith("_bps") and isinstance(value, int):
        return percent(value)
    return EVERYONE[value] if key == "everyone" else str(value)
