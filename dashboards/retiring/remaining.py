"""What the page of legacy code that remains shows: each line of the plan's list, and the places that it still has."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dashboards.labels import Label, Tone
from migration_harness.queries.remains import legacy_lines, remains
from migration_harness.retire.lines import Place
from migration_harness.retire.scan import Remains, told

MOST_PLACES: Final = 50
"""Of a line that are shown; the command has all of them."""
MOST_CHARACTERS: Final = 200
"""Of a place's text; a minified file is one line."""
GONE: Final = Label(mark="✓", word="none remains", tone=Tone.GOOD, meaning="It was looked for everywhere.")
REMAINS: Final = Label(mark="✗", word="remains", tone=Tone.BAD, meaning="Something of it is still there.")
UNSEEN: Final = Label(mark="?", word="unknown", tone=Tone.PLAIN, meaning="What would have it is not on this machine.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """Where something remains, and what stands there."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line of the list; ``more`` places are left off, and ``unseen`` was not there to be looked at."""

    name: str
    sentence: str
    label: Label
    places: list[PlaceRow]
    more: int
    unseen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemainingPage:
    """Every line, and one sentence for all of them."""

    sentence: str
    label: Label
    lines: list[LineRow]


def remaining_page() -> RemainingPage:
    """Look through tree and database. Raises SourceUnreadable."""
    found = remains(legacy_lines())
    lines = [_line(each) for each in found]
    if not found:
        return RemainingPage(sentence="The plan declares no legacy code.", label=UNSEEN, lines=lines)
    labels = {each.label for each in lines}
    label = next(each for each in (REMAINS, UNSEEN, GONE) if each in labels)
    return RemainingPage(sentence=told(found), label=label, lines=lines)


def _line(found: Remains) -> LineRow:
    label = REMAINS if found.places else UNSEEN if found.unseen else GONE
    return LineRow(
        name=found.line.name,
        sentence=found.line.sentence,
        label=label,
        places=list(_rows(found.places[:MOST_PLACES])),
        more=max(0, len(found.places) - MOST_PLACES),
        unseen=", ".join(found.unseen),
    )


def _rows(places: Iterable[Place]) -> Iterable[PlaceRow]:
    for each in places:
        yield PlaceRow(where=each.where, text=each.text[:MOST_CHARACTERS])
