"""The laws between charges and their comparisons, both ways.

Note [What was compared]: a charge that keeps both prices was compared. One that keeps the price of one side alone was
compared all the same where the other side failed: so the flag's history says at which epochs and on which side all
calls were (:mod:`~migration_harness.money.trial_balance.compared`). Evidence that was lost leaves neither. Comparisons
are kept for some days only: what is older is not asked.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from migration_harness.deciding.registry import seams
from migration_harness.money.trial_balance.compared import compared
from migration_harness.money.trial_balance.found import MOST, Found, LawName, Range
from migration_harness.money.trial_balance.ledger_laws import in_ranges
from migration_harness.money.trial_balance.turns import Turn

_DECIDED: Final = """
SELECT DISTINCT e.flag_epoch
FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
CROSS JOIN LATERAL (SELECT * FROM {entries} x WHERE x.id BETWEEN r.first AND r.last OFFSET 0) e
WHERE e.at >= %(since)s AND e.flag_epoch > 0
"""
_EVIDENCE: Final = """
SELECT e.id, e.account_id::text, e.operation_id, e.control_price, e.candidate_price, c.kept
FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
CROSS JOIN LATERAL (SELECT * FROM {entries} x WHERE x.id BETWEEN r.first AND r.last OFFSET 0) e
CROSS JOIN LATERAL (
    SELECT count(*) AS kept,
           count(*) FILTER (WHERE coalesce(k.control_measure = e.control_price, true)
                              AND coalesce(k.candidate_measure = e.candidate_price, true)) AS fitting
    FROM migration_harness_comparison k
    WHERE k.operation_id = e.operation_id AND k.operation_id <> ''
      AND k.at BETWEEN e.at - interval '1 day' AND e.at + interval '1 day'
) c
WHERE e.at >= %(since)s AND e.is_charge AND e.operation_id IS NOT NULL AND c.fitting = 0
  AND (e.control_price IS NOT NULL AND e.candidate_price IS NOT NULL
       OR (e.flag_epoch, e.priced_by) IN (SELECT * FROM unnest(%(epochs)s::bigint[], %(sides)s::text[])))
LIMIT %(most)s
"""
_ALONE: Final = """
SELECT c.at, c.id, c.seam, c.operation_id, c.account_id FROM (<which>) c
WHERE c.seam = ANY (%(money)s) AND NOT EXISTS (SELECT FROM {entries} e WHERE e.operation_id = c.operation_id)
LIMIT %(most)s
"""
_BY_TURN: Final = _ALONE.replace(
    "<which>",
    "SELECT * FROM migration_harness_comparison k WHERE k.xid >= %(first)s::xid8 AND k.xid < %(next)s::xid8",
)
_BY_KEY: Final = _ALONE.replace(
    "<which>",
    "SELECT k.* FROM unnest(%(moments)s::timestamptz[], %(ids)s::bigint[]) AS r (at, id) "
    "JOIN migration_harness_comparison k ON k.at = r.at AND k.id = r.id",
)
_PLACED: Final = (
    "SELECT * FROM migration_harness_comparison k WHERE (k.at, k.id) > (%(at)s, %(id)s) "
    "ORDER BY k.at, k.id LIMIT %(page)s"
)
_BY_PLACE: Final = _ALONE.replace("<which>", _PLACED)
_LAST: Final = "SELECT at, id FROM (<which>) page ORDER BY at DESC, id DESC LIMIT 1".replace("<which>", _PLACED)
_BEGINNING: Final = ("-infinity", 0)


def of_charges(turn: Turn, ranges: Iterable[Range], *, since: datetime) -> list[Found]:
    """Return which charges of these ids have not the comparison that they must have; see Note [What was compared]."""
    scope = in_ranges(ranges) | {"since": since}
    known = compared({epoch for (epoch,) in turn.rows(_DECIDED, scope)})
    asked = scope | {"epochs": [epoch for epoch, _ in known], "sides": [side for _, side in known]}
    return [_unproven(*row) for row in turn.rows(_EVIDENCE, asked)]


def of_turns(turn: Turn, *, first: int, before: int) -> list[Found]:
    """Return which comparisons of money seams of these turns have no charge."""
    return _alone(turn, _BY_TURN, {"first": str(first), "next": str(before)})


def of_comparisons(turn: Turn, *, keys: Iterable[str]) -> list[Found]:
    """Return the same of single comparisons, by the keys that they were found by."""
    places = [_place(key) for key in keys]
    return _alone(turn, _BY_KEY, {"moments": [at for at, _ in places], "ids": [number for _, number in places]})


def of_page_of_comparisons(turn: Turn, *, after: str, page: int) -> tuple[list[Found], str]:
    """Return the same of the next comparisons behind one, and the last of them; empty where there are no more."""
    at, number = _place(after) if after else _BEGINNING
    asked: dict[str, Any] = {"at": at, "id": number, "page": page}
    last = turn.rows(_LAST, asked)
    return _alone(turn, _BY_PLACE, asked), _key(*last[0]) if last else ""


def _alone(turn: Turn, sql: str, asked: dict[str, Any]) -> list[Found]:
    money = [seam.name for seam in seams if seam.money]
    return [_uncharged(*row) for row in turn.rows(sql, asked | {"money": money, "most": MOST})]


def _unproven(number: int, account: str, operation: str, control: Any, candidate: Any, kept: int) -> Found:
    prices = f"{_price(control)} on the control's side and {_price(candidate)} on the candidate's"
    what = "its comparison has others" if kept else "has no comparison"
    return Found(
        law=LawName.EVIDENCE,
        key=str(number),
        account_id=account,
        rows=(number,),
        sentence=f"Entry {number} of account {account} (operation {operation}) was compared, {prices}, and {what}.",
    )


def _uncharged(at: datetime, number: int, seam: str, operation: str, account: str) -> Found:
    return Found(
        law=LawName.EVIDENCE_CHARGE,
        key=_key(at, number),
        account_id=account,
        rows=(number,),
        sentence=(
            f"Comparison {number} of {at:%Y-%m-%d %H:%M:%S} UTC ({seam}, operation {operation or 'without a name'}, "
            f"account {account or 'none'}) has no charge."
        ),
    )


def _key(at: datetime, number: int) -> str:
    return f"{at.isoformat()} {number}"


def _place(key: str) -> tuple[str, int]:
    at, number = key.split()
    return at, int(number)


def _price(price: Any) -> str:
    return "none" if price is None else f"{price:,}"
