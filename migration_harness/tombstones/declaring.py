"""What is said of a legacy entry where it stands, and every tombstone of this process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from migration_harness.exceptions import HarnessMisconfigured

NAME_CHARACTERS: Final = 200
OWNER_CHARACTERS: Final = 150


class EntryKind(StrEnum):
    """What can be executed, or read."""

    CODE = "code"
    """A function, a method or a branch."""
    COLUMN = "column"
    """A field of a model that goes; counted where an attribute is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A legacy entry: its name, dotted as the code has it; since when it is marked, by whom, and why it goes.

    ``since`` is None for what no code marks: a column that the plan drops.
    """

    name: str
    kind: EntryKind
    owner: str
    since: date | None
    reason: str

    def __post_init__(self) -> None:
        if not (self.owner.strip() and self.reason.strip()):
            raise HarnessMisconfigured(f"The tombstone of {self.name} has no owner or no reason. Say who and why.")
        for what, text, most in (("a name", self.name, NAME_CHARACTERS), ("an owner", self.owner, OWNER_CHARACTERS)):
            if len(text) > most:
                raise HarnessMisconfigured(
                    f"The tombstone of {self.name[:40]} has {what} of more than {most} characters. Shorten it."
                )


def day_of(text: str, *, name: str) -> date:
    """Return the day that a tombstone is dated with. Raises HarnessMisconfigured."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HarnessMisconfigured(f"The tombstone of {name} is dated {text!r}: give it since='YYYY-MM-DD'.") from None


class Entries:
    """Every entry that the modules of this process have marked, by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Register an entry; one of the same name takes its place."""
        self._by_name[entry.name] = entry

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Entry]:
        # A module may be imported by another thread meanwhile.
        return iter(sorted(self._by_name.values(), key=lambda entry: entry.name))


entries = Entries()
