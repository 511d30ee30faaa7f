"""The ways through what was checked before.

Note [Old rows]: each tick looks again at a few old rows, so that all of them come round. That alone would name a
changed row within hours. So the server's own count of changed and removed rows is read as well (``signals.py``): where
it has moved, a quick pass goes at once through all blocks, by the ids and the transactions of their rows alone, and
looks closely at the blocks in which somebody wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from migration_harness.money.books import ENTRIES, USAGE
from migration_harness.money.trial_balance import blocks, evidence_laws, ledger_laws
from migration_harness.money.trial_balance.faults import keep
from migration_harness.money.trial_balance.news import broken_by
from migration_harness.money.trial_balance.progress import pass_named, state, went_on
from migration_harness.money.trial_balance.turns import Turn

BLOCKS: Final = 25
"""Of one step that looks closely: ten thousand rows."""
QUICK_BLOCKS: Final = 500
"""Of one step that only looks who wrote: two hundred thousand rows."""
PAGE: Final = 10_000
"""Accounts, or comparisons, of one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A way through rows of one kind.

    Attributes:
        name: As it is kept.
        step: Goes on from a position, and returns the next one; empty at the end.
        rows: About how many rows a step looks at.
        counts: The statement that says how many there are.
    """

    name: str
    step: Callable[[Turn, str], str]
    rows: int
    counts: str

    def go_on(self, turn: Turn) -> bool:
        """Make one step; returns whether there are more."""
        gone = pass_named(self.name)
        went_on(gone, position=self.step(turn, gone.position))
        return bool(gone.position)

    def size(self, turn: Turn) -> int:
        """Return about how many rows it goes through."""
        return int(turn.rows(self.counts)[0][0] or 0)


def _closely(book: str) -> Callable[[Turn, str], str]:
    def step(turn: Turn, position: str) -> str:
        page = _page(turn, book, position)
        _look_closely(turn, book, page, renew=False)
        return _end(page, BLOCKS)

    return step


def _quickly(book: str) -> Callable[[Turn, str], str]:
    def step(turn: Turn, position: str) -> str:
        page = blocks.page_of_blocks(turn, book, after=_number(position), page=QUICK_BLOCKS)
        if not page:
            return ""
        found = blocks.suspects(turn, book, after=_number(position), last=page[-1], to=_to(turn, book), most=BLOCKS)
        _look_closely(turn, book, found, renew=True)
        return str(found[-1]) if len(found) == BLOCKS else _end(page, QUICK_BLOCKS)

    return step


def _evidence(turn: Turn, position: str) -> str:
    page = _page(turn, ENTRIES, position)
    since = state(turn).evidence_since
    keep(evidence_laws.of_charges(turn, blocks.ranges_of(page, to=_to(turn, ENTRIES)), since=since))
    return _end(page, BLOCKS)


def _accounts(turn: Turn, position: str) -> str:
    found, last = ledger_laws.of_page_of_accounts(turn, after=position, page=PAGE)
    keep(found)
    return last


def _comparisons(turn: Turn, position: str) -> str:
    found, last = evidence_laws.of_page_of_comparisons(turn, after=position, page=PAGE)
    keep(found)
    return last


def _rows_of(book: str) -> str:
    return f"SELECT sum(row_count) FROM migration_harness_trialblock WHERE book = '{book}'"  # noqa: S608  A constant.


_CLOSE: Final = BLOCKS * blocks.BLOCK
_QUICK: Final = QUICK_BLOCKS * blocks.BLOCK
_LOGGED: Final = "SELECT count(*) FROM migration_harness_comparison"

ROLLING: Final = (
    Pass(name=ENTRIES, step=_closely(ENTRIES), rows=_CLOSE, counts=_rows_of(ENTRIES)),
    Pass(name=USAGE, step=_closely(USAGE), rows=_CLOSE, counts=_rows_of(USAGE)),
    Pass(name="accounts", step=_accounts, rows=PAGE, counts="SELECT count(*) FROM {accounts} a"),
    Pass(name="comparisons", step=_comparisons, rows=PAGE, counts=_LOGGED),
)
"""Each makes a step a tick."""

HURRIED: Final = (
    Pass(name="changed entries", step=_quickly(ENTRIES), rows=_QUICK, counts=_rows_of(ENTRIES)),
    Pass(name="changed usage", step=_quickly(USAGE), rows=_QUICK, counts=_rows_of(USAGE)),
    Pass(name="changed comparisons", step=_evidence, rows=_CLOSE, counts=_rows_of(ENTRIES)),
)
"""Those that are due are gone to their end."""


def _look_closely(turn: Turn, book: str, page: list[int], *, renew: bool) -> None:
    if not page:
        return
    to = _to(turn, book)
    keep([
        *blocks.compare(turn, book, page, to=to, renew=renew),
        *broken_by(turn, book, blocks.ranges_of(page, to=to), state(turn)),
    ])  # fmt: skip


def _page(turn: Turn, book: str, position: str) -> list[int]:
    return blocks.page_of_blocks(turn, book, after=_number(position), page=BLOCKS)


def _to(turn: Turn, book: str) -> int:
    mark = state(turn)
    return mark.entries_to if book == ENTRIES else mark.usage_to


def _end(page: list[int], whole: int) -> str:
    return str(page[-1]) if len(page) == whole else ""


def _number(position: str) -> int:
    return int(position) if position else -(2**63)
