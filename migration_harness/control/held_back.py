"""A change that asks for accounts to be on the candidate, and moves none of them: what holds them back."""

from collections.abc import Iterable
from dataclasses import dataclass
from shlex import quote
from typing import Any, Final

from migration_harness.accounts import BY_ID
from migration_harness.control.flips import UNCHANGED, FlagChange
from migration_harness.deciding.snapshot import Snapshot

_NAMED: Final = 5
"""Accounts that a command names."""
_NONE: Final = "no account that this asks for is"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """Why no account moved.

    Attributes:
        flag: The flag that was changed.
        by: The flags that keep the accounts on the control: required ones, or the flag itself where it is rolled back.
        rolled_back: Those of them that are rolled back.
        account_ids: The accounts that were named; none where the change was of a share or of everyone.
    """

    flag: str
    by: tuple[str, ...]
    rolled_back: tuple[str, ...]
    account_ids: tuple[str, ...]

    @property
    def is_failure(self) -> bool:
        """Whether something else has to be done first; behind its own rollback a change prepares the way forward."""
        return self.flag not in self.rolled_back

    @property
    def sentence(self) -> str:
        """What a person is told first, with the remedy."""
        whose = f"account {self.account_ids[0]} is not" if len(self.account_ids) == 1 else _NONE
        told = [f"{name} is rolled back" for name in self.rolled_back]
        if missing := [name for name in self.by if name not in self.rolled_back]:
            told.append(f"{whose} in the cohort of {' and '.join(missing)}, which {self.flag} requires")
        when = "First" if self.is_failure else "Then"
        return f"No account moved: {', and '.join(told)}. {when}: python manage.py harness {self._remedy}"

    @property
    def told(self) -> dict[str, Any]:
        """The same for scripts."""
        return {"by": list(self.by), "sentence": self.sentence, "is_failure": self.is_failure}

    @property
    def _remedy(self) -> str:
        name = self.by[0]
        if name in self.rolled_back:
            return f"flag {name} --everyone unset"
        if len(self.account_ids) > _NAMED:
            return f"flag {name} --account ID --account ID … --on, with the same accounts"
        whom = [f"--account {quote(BY_ID + each)}" for each in self.account_ids]
        return " ".join([f"flag {name}", *([*whom, "--on"] if whom else ["--everyone yes"])])


def held_back(
    *, before: Snapshot, after: Snapshot, name: str, change: FlagChange, account_ids: Iterable[str]
) -> HeldBack | None:
    """Return why none of the accounts that a change asks for is on the candidate after it.

    None where one is, and where the change asks for none. What holds the same accounts back a second time is told a
    second time.
    """
    flag = after.flags[name]
    named = [each for each, membership in change.moves.items() if membership == "on"]
    if not named and not flag.requires:
        return None
    asked = named or _asked(before, after, name, change, account_ids)
    if not asked or any(after.in_cohort(name, account_id) for account_id in asked):
        return None
    own = [name] if flag.everyone is False else []
    missing = [each for each in after.required_first(name) if any(not after.in_cohort(each, one) for one in asked)]
    by = own + missing
    return HeldBack(
        flag=name,
        by=tuple(by),
        rolled_back=tuple(each for each in by if each in after.flags and after.flags[each].everyone is False),
        account_ids=tuple(named),
    )


def _asked(before: Snapshot, after: Snapshot, name: str, change: FlagChange, account_ids: Iterable[str]) -> list[str]:
    """Return the accounts that this flag alone has come to include; where none left or came, all that it includes."""
    if change.everyone is UNCHANGED and change.share_bps is UNCHANGED:
        return []
    ids = list(account_ids)
    was = set() if name not in before.flags else {each for each in ids if before.flags[name].includes(each)}
    now = [each for each in ids if after.flags[name].includes(each)]
    came = [each for each in now if each not in was]
    return came or (now if len(now) == len(was) else [])
