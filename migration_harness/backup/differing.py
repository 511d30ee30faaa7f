"""What two streams of the same part differ in: row by row, in the order of the key, however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from migration_harness.backup.parts import Part
from migration_harness.backup.rows import Row, place
from migration_harness.wording import counted

_NAMED: Final = 20
"""How many rows are named of each kind."""


@dataclass(slots=True, kw_only=True)
class Differences:
    """What a part has become since it was copied; rows are named by their keys, and by no value.

    Attributes:
        part: What it is called.
        then: Rows of the backup.
        now: Rows of the database.
        gone: Rows that the database no longer has.
        new: Rows that the backup does not have.
        changed: Rows that have another value.
        columns: The columns in which rows have another value.
        named: The first of them, by kind.
    """

    part: str
    then: int = 0
    now: int = 0
    gone: int = 0
    new: int = 0
    changed: int = 0
    columns: set[str] = field(default_factory=set)
    named: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.changed)

    @property
    def sentence(self) -> str:
        """What differs, for people."""
        told = [f"{counted(count, 'row')} {word}" for word, count in self._counts() if count]
        where = f" (in {', '.join(sorted(self.columns))})" if self.columns else ""
        return f"{self.part}: {', '.join(told) or 'nothing changed'}{where}"

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts and for the record."""
        counts = {name: getattr(self, name) for name in ("part", "then", "now", "gone", "new", "changed")}
        return counts | {"columns": sorted(self.columns), "named": self.named}

    def note(self, kind: str, row: Row) -> None:
        """Name a row, where few of its kind are named yet."""
        named = self.named.setdefault(kind, [])
        if len(named) < _NAMED:
            named.append("/".join(value if value is not None else "null" for value in row))

    def _counts(self) -> list[tuple[str, int]]:
        return [("gone", self.gone), ("new", self.new), ("changed", self.changed)]


def differences(part: Part, *, then: Iterator[Row], now: Iterator[Row]) -> Differences:
    """Compare two streams of a part; both are in the order of its key."""
    found = Differences(part=part.name)
    for before, after in _paired(part, then, now):
        found.then += before is not None
        found.now += after is not None
        if after is None and before is not None:
            found.gone += 1
            found.note("gone", _key(part, before))
        elif before is None and after is not None:
            found.new += 1
            found.note("new", _key(part, after))
        elif before is not None and after is not None and before != after:
            found.changed += 1
            found.columns |= _differing(part, before, after)
            found.note("changed", _key(part, before))
    return found


def _paired(part: Part, then: Iterator[Row], now: Iterator[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield the rows of one key together, and those that have nothing to stand beside alone."""
    before, after = next(then, None), next(now, None)
    while before is not None and after is not None:
        first, second = place(part, before), place(part, after)
        if first == second:
            yield before, after
            before, after = next(then, None), next(now, None)
        elif first < second:
            yield before, None
            before = next(then, None)
        else:
            yield None, after
            after = next(now, None)
    yield from ((row, None) for row in _rest(before, then))
    yield from ((None, row) for row in _rest(after, now))


def _rest(first: Row | None, others: Iterator[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
    yield from others


def _differing(part: Part, before: Row, after: Row) -> set[str]:
    return {name for name, one, other in zip(part.columns, before, after, strict=True) if one != other}


def _key(part: Part, row: Row) -> Row:
    return row[: len(part.key)]
