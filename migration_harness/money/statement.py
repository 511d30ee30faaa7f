"""An account's statement before and after: what it was charged, and the same charges under both prices.

Of a host that names its books each charge is read there, compared or not. Of any other the evidence alone is known:
the compared charges of each money seam, added up by day.

Note [Both prices]: the legacy price of a charge is the one that was computed, or what was charged where the control
priced it; the new price in the same way. A charge that only one side priced is counted, and is in no sum of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from migration_harness.database import connection
from migration_harness.deciding.registry import seams
from migration_harness.money.books import Books, books

# Ids are texts here and the host's type there: a text that is no id of theirs finds nothing, and breaks nothing.
_OWN: Final = "e.account_id = (SELECT a.account_id FROM {accounts} a WHERE a.account_id::text = %(account)s LIMIT 1)"
_CHARGES: Final = """
SELECT e.id::text AS entry, e.at, e.operation_id, e.priced_by, 1::bigint AS charges, -e.amount::numeric AS charged,
       coalesce(e.control_price, CASE e.priced_by WHEN 'control' THEN -e.amount END)::numeric AS before,
       coalesce(e.candidate_price, CASE e.priced_by WHEN 'candidate' THEN -e.amount END)::numeric AS after,
       {what} AS what
FROM {entries} e {join}
WHERE <own> AND e.is_charge
"""
_WHAT, _WORDS = "coalesce(w.what, '')", "LEFT JOIN {words} w ON w.entry_id = e.id"
_COMPARED: Final = """
SELECT '' AS entry, day AS at, '' AS operation_id, '' AS priced_by, sum(comparisons)::bigint AS charges,
       NULL::numeric AS charged, sum(control_sum) AS before, sum(candidate_sum) AS after, seam AS what
FROM migration_harness_account_evidence
WHERE account_id = %(account)s AND seam = ANY(%(seams)s) AND run = ''
GROUP BY day, seam
"""
_LINES: Final = """
SELECT what, sum(charges)::bigint, sum(charged), sum(before) FILTER (WHERE after IS NOT NULL),
       sum(after) FILTER (WHERE before IS NOT NULL),
       coalesce(sum(charges) FILTER (WHERE before IS NULL OR after IS NULL), 0)::bigint
FROM ({charges}) c WHERE at >= %(since)s AND at < %(until)s
GROUP BY what ORDER BY what
"""
_OTHERS: Final = """
SELECT coalesce(sum(amount), 0) FROM {entries} e
WHERE <own> AND NOT e.is_charge AND e.at >= %(since)s AND e.at < %(until)s
"""
_MONTHS: Final = "SELECT DISTINCT date_trunc('month', at, 'UTC') FROM ({charges}) c ORDER BY 1 DESC"
_COUNT: Final = "SELECT count(*) FROM ({charges}) c"
_PAGE: Final = """
SELECT entry, at, operation_id, priced_by, charges, charged, before, after, what FROM ({charges}) c
ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
"""
_ORDERS: Final = {
    "": "at DESC, entry DESC",
    "at": "at {way}, entry {way}",
    "what": "what {way}, at DESC",
    "charged": "charged {way} NULLS LAST, at DESC",
    "before": "before {way} NULLS LAST, at DESC",
    "after": "after {way} NULLS LAST, at DESC",
    "difference": "after - before {way} NULLS LAST, at DESC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedCharge:
    """A charge under both prices, in credits: Note [Both prices].

    Without books it is all ``charges`` of a day that were compared behind one seam, and nobody knows what was charged.
    """

    entry: str
    at: datetime
    operation_id: str
    priced_by: str
    charges: int
    charged: Decimal | None
    before: Decimal | None
    after: Decimal | None
    what: str

    @property
    def difference(self) -> Decimal | None:
        """How much more it costs after; None where one price is not known."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """Charges of one kind in a period, in credits; ``before`` and ``after`` are of those that both sides priced."""

    what: str
    charges: int
    charged: Decimal | None
    before: Decimal | None
    after: Decimal | None
    one_sided: int

    @property
    def difference(self) -> Decimal | None:
        """How much more they cost after; None where no charge has both prices."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A month of an account. ``others`` is what came of entries that are no charges; None where nobody has books."""

    account_id: str
    month: date
    lines: tuple[StatementLine, ...]
    others: Decimal | None

    @property
    def total(self) -> StatementLine:
        """All of its lines."""
        return StatementLine(
            what="",
            charges=sum(line.charges for line in self.lines),
            charged=_sum([line.charged for line in self.lines]),
            before=_sum([line.before for line in self.lines]),
            after=_sum([line.after for line in self.lines]),
            one_sided=sum(line.one_sided for line in self.lines),
        )


def has_books() -> bool:
    """Tell whether the host names its books, so that every charge is known."""
    return books() is not None


def statement_of(account_id: str, *, month: date) -> Statement:
    """Return what an account was charged in a month, by UTC, by what it was for. ``month`` is its first day."""
    period = {"since": _begin(month), "until": _begin(_next(month))}
    rows = _rows(_LINES, account_id, **period)
    kept = books()
    others = None if kept is None else _asked(_within(kept, _OTHERS), {"account": account_id, **period})[0][0]
    lines = tuple(
        StatementLine(what=what, charges=charges, charged=charged, before=before, after=after, one_sided=one_sided)
        for what, charges, charged, before, after, one_sided in rows
    )
    return Statement(account_id=account_id, month=month, lines=lines, others=others)


def months_charged(account_id: str) -> list[date]:
    """Return the months in which an account was charged, each by its first day, the newest first."""
    return [at.astimezone(UTC).date() for (at,) in _rows(_MONTHS, account_id)]


def count_charges(account_id: str) -> int:
    """Return how many charges of an account there are to page through."""
    return int(_rows(_COUNT, account_id)[0][0])


def charges_of(
    account_id: str, *, limit: int, offset: int = 0, sort: str = "", descending: bool = False
) -> Sequence[PricedCharge]:
    """Return some charges of an account, the newest first or sorted by a column of theirs."""
    order = _ORDERS.get(sort, _ORDERS[""]).format(way="DESC" if descending else "ASC")
    rows = _rows(_PAGE.replace("{order}", order), account_id, limit=limit, offset=offset)
    names = PricedCharge.__slots__
    return [PricedCharge(**dict(zip(names, row, strict=True))) for row in rows]


def _rows(sql: str, account_id: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Ask for charges: of the books where the host names them, else of the evidence."""
    kept = books()
    charges = _COMPARED if kept is None else _of_books(kept)
    names = [] if kept is not None else [seam.name for seam in seams if seam.money]
    return _asked(sql.replace("{charges}", charges), {"account": account_id, "seams": names, **parameters})


def _of_books(kept: Books) -> str:
    what, join = (_WHAT, _WORDS) if kept.words else ("''", "")
    return _within(kept, _CHARGES.replace("{what}", what).replace("{join}", join))


def _within(kept: Books, sql: str) -> str:
    return kept.within(sql.replace("<own>", _OWN))


def _asked(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, 1, tzinfo=UTC)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
