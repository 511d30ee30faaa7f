"""What rows were when they were checked first, and which of them are something else now.

Note [What a digest is for]: a trigger that was switched off leaves nothing behind, so the trial balance keeps a digest
of each row of its own: four bytes, four hundred rows to a block. It names the very row that was changed or removed,
whoever did it and however, on whatever server the rows are now: rows that a restore, a rewrite of the table or an
upgrade has written again have the same digests. Rows that were not there when those behind them were are taken in when
they come: a transaction may commit late.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

from migration_harness.money.trial_balance.found import Found, LawName, Range
from migration_harness.money.trial_balance.turns import Turn

BLOCK: Final = 400

# Its first four bytes as a number with a sign.
_DIGEST: Final = "('x' || left(encode(sha256(convert_to({content}, 'UTF8')), 'hex'), 8))::bit(32)::integer"
_ROWS: Final = f"""
SELECT e.id, e.account_id::text, {_DIGEST.format(content="e.content")}
FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
CROSS JOIN LATERAL (SELECT * FROM <book> x WHERE x.id BETWEEN r.first AND r.last OFFSET 0) e
"""  # noqa: S608  Constants.
_NEXT: Final = f"""
SELECT e.id, e.account_id::text, {_DIGEST.format(content="e.content")}
FROM <book> e WHERE e.id > %(after)s ORDER BY e.id LIMIT %(most)s
"""  # noqa: S608  Constants.
_KEPT: Final = """
SELECT first_id, digests FROM migration_harness_trialblock
WHERE book = %(book)s AND first_id = ANY (%(blocks)s::bigint[])
"""
_KEEP: Final = """
INSERT INTO migration_harness_trialblock (book, first_id, row_count, digests, xid)
SELECT %(book)s, %(first)s, %(count)s, %(digests)s::integer[], %(xid)s
ON CONFLICT (book, first_id) DO UPDATE SET
    row_count = excluded.row_count, digests = excluded.digests, xid = excluded.xid
"""
# xmin has the low half of a transaction's number: the rest follows from the number that the server has come to. Where
# that is below what is known the server is another one, and every row is looked at.
_SUSPECT: Final = """
SELECT b.first_id
FROM (
    SELECT first_id, row_count, xid FROM migration_harness_trialblock
    WHERE book = %(book)s AND first_id > %(after)s AND first_id <= %(last)s ORDER BY first_id
) b
CROSS JOIN LATERAL (
    SELECT count(*) AS row_count, max(%(newest)s - mod(%(newest)s - x.version, 4294967296)) AS newest
    FROM <book> x WHERE x.id >= b.first_id AND x.id < b.first_id + %(block)s AND x.id <= %(to)s
) f
WHERE f.row_count <> b.row_count OR f.newest >= b.xid OR b.xid > %(newest)s
ORDER BY b.first_id LIMIT %(most)s
"""
_PAGE: Final = """
SELECT first_id FROM migration_harness_trialblock WHERE book = %(book)s AND first_id > %(after)s
ORDER BY first_id LIMIT %(page)s
"""


class Row:
    """A row as it is now: its id, whose it is, and its digest."""

    __slots__ = ("account_id", "digest", "number")

    def __init__(self, number: int, account_id: str, digest: int) -> None:
        self.number, self.account_id, self.digest = number, account_id, digest


def rows_behind(turn: Turn, book: str, *, after: int, most: int) -> list[Row]:
    """Return the next rows of a book behind an id."""
    return [Row(*row) for row in turn.rows(_of(book, _NEXT), {"after": after, "most": most})]


def rows_in(turn: Turn, book: str, ranges: Iterable[Range]) -> list[Row]:
    """Return the rows of a book that have these ids."""
    each = list(ranges)
    asked = {"firsts": [one.first for one in each], "lasts": [one.last for one in each]}
    return [Row(*row) for row in turn.rows(_of(book, _ROWS), asked)]


def unknown(turn: Turn, book: str, rows: Iterable[Row]) -> list[Row]:
    """Return which of these rows are not in their blocks yet."""
    found = list(rows)
    kept = _kept(turn, book, {_first(row.number) for row in found})
    return [row for row in found if kept.get(_first(row.number), {}).get(row.number) is None]


def take_in(turn: Turn, book: str, rows: Iterable[Row]) -> None:
    """Put rows into their blocks, beside those that are there."""
    by_block: dict[int, dict[int, int]] = {}
    for row in rows:
        by_block.setdefault(_first(row.number), {})[row.number] = row.digest
    for first, digests in _kept(turn, book, by_block).items():
        by_block[first] = digests | by_block[first]
    for first, digests in by_block.items():
        _keep(turn, book, first, digests)


def compare(turn: Turn, book: str, blocks: list[int], *, to: int, renew: bool = False) -> list[Found]:
    """Return which rows of these blocks were changed or removed, of those up to an id, and take in what came late.

    ``renew``: whoever looks for what was written since finds nothing in those that are as they were.
    """
    kept = _kept(turn, book, blocks)
    now: dict[int, dict[int, Row]] = {first: {} for first in blocks}
    for row in rows_in(turn, book, ranges_of(blocks, to=to)):
        now[_first(row.number)][row.number] = row
    found: list[Found] = []
    for first in blocks:
        known, rows = kept.get(first, {}), now[first]
        broken = [*_changed(book, known, rows), *_removed(book, known, rows)]
        found += broken
        late = {number: row.digest for number, row in rows.items() if number not in known}
        if late or (renew and not broken):
            _keep(turn, book, first, known | late)
    return found


def suspects(turn: Turn, book: str, *, after: int, last: int, to: int, most: int) -> list[int]:
    """Return the first blocks behind one and up to another that have lost a row, or in which somebody wrote since."""
    asked = {
        "book": book, "after": after, "last": last, "to": to, "most": most, "block": BLOCK, "newest": turn.newest,
    }  # fmt: skip
    return [first for (first,) in turn.rows(_of(book, _SUSPECT), asked)]


def page_of_blocks(turn: Turn, book: str, *, after: int, page: int) -> list[int]:
    """Return the next blocks behind one."""
    return [first for (first,) in turn.rows(_PAGE, {"book": book, "after": after, "page": page})]


def ranges_of(blocks: Iterable[int], *, to: int) -> list[Range]:
    """Return the ids of blocks, up to one."""
    return [Range(first, min(first + BLOCK - 1, to)) for first in blocks]


def blocks_of(ids: Iterable[int]) -> list[int]:
    """Return the blocks in which these ids are."""
    return sorted({_first(number) for number in ids})


def gaps_between(numbers: Iterable[int]) -> list[Range]:
    """Return the ids that are missing between ascending ones."""
    return [Range(one + 1, other - 1) for one, other in pairwise(numbers) if other - one > 1]


def _changed(book: str, known: Mapping[int, int], rows: Mapping[int, Row]) -> Iterable[Found]:
    for number, row in sorted(rows.items()):
        if number in known and known[number] != row.digest:
            yield _told(book, number, f"of account {row.account_id} was changed after it was entered", row.account_id)


def _removed(book: str, known: Mapping[int, int], rows: Mapping[int, Row]) -> Iterable[Found]:
    for number in sorted(known.keys() - rows.keys()):
        yield _told(book, number, "was removed after it was entered", "")


def _told(book: str, number: int, what: str, account_id: str) -> Found:
    named = "Entry" if book == "entries" else "Usage log"
    return Found(
        law=LawName.UNCHANGED,
        key=f"{book} {number}",
        account_id=account_id,
        rows=(number,),
        sentence=f"{named} {number} {what}. Compare with a backup.",
    )


def _kept(turn: Turn, book: str, blocks: Iterable[int]) -> dict[int, dict[int, int]]:
    return {
        first: {first + place: digest for place, digest in enumerate(digests) if digest is not None}
        for first, digests in turn.rows(_KEPT, {"book": book, "blocks": sorted(blocks)})
    }


def _keep(turn: Turn, book: str, first: int, digests: Mapping[int, int]) -> None:
    placed = [digests.get(first + place) for place in range(BLOCK)]
    turn.rows(_KEEP, {"book": book, "first": first, "count": len(digests), "digests": placed, "xid": turn.oldest})


def _first(number: int) -> int:
    return number // BLOCK * BLOCK


def _of(book: str, sql: str) -> str:
    return sql.replace("<book>", f"{{{book}}}")
