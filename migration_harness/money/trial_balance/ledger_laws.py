"""The laws of the ledger itself: each asks a few rows by their ids, and the rows beside them by an index.

Note [The account's own index]: the entry before another one is the next in an index of account and id. Where a ledger
has few accounts the planner would rather go back through all ids until one of the account comes, past every entry of
the others. An ``= ANY`` of one account keeps the order by both columns, which the index of ids alone does not have.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from migration_harness.money.trial_balance.found import MOST, Found, LawName, Range
from migration_harness.money.trial_balance.turns import Turn

_SCOPE: Final = """
WITH scope AS (
    SELECT e.id, e.account_id, e.amount, e.balance_after, e.operation_id, e.is_charge
    FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
    CROSS JOIN LATERAL (SELECT * FROM {entries} x WHERE x.id BETWEEN r.first AND r.last OFFSET 0) e
)
"""
# Note [The account's own index].
_CHAIN: Final = """
<scope>
SELECT e.id, e.account_id::text, e.amount, e.balance_after, p.id, coalesce(p.balance_after, a.opening)
FROM scope e
LEFT JOIN LATERAL (
    SELECT b.id, b.balance_after FROM {entries} b
    WHERE b.account_id = ANY (ARRAY[e.account_id]) AND b.id < e.id ORDER BY b.account_id, b.id DESC LIMIT 1
) p ON true
LEFT JOIN LATERAL (SELECT o.opening FROM {accounts} o WHERE p.id IS NULL AND o.account_id = e.account_id) a ON true
WHERE e.balance_after IS DISTINCT FROM coalesce(p.balance_after, a.opening)::bigint + e.amount
LIMIT %(most)s
"""
_OPERATION: Final = """
<scope>
SELECT least(e.id, o.id), greatest(e.id, o.id), e.account_id::text, e.operation_id
FROM scope e
CROSS JOIN LATERAL (
    SELECT x.id FROM {entries} x WHERE x.operation_id = e.operation_id AND x.id <> e.id LIMIT 1
) o
LIMIT %(most)s
"""
_USAGE: Final = """
<scope>
SELECT e.id, e.account_id::text, e.amount, e.is_charge, u.ids, u.credits
FROM scope e
CROSS JOIN LATERAL (
    SELECT array_agg(x.id ORDER BY x.id) AS ids, min(x.credits) AS credits, bool_and(x.account_id = e.account_id) AS own
    FROM {usage} x WHERE x.entry_id = e.id
) u
WHERE e.is_charge IS DISTINCT FROM (u.ids IS NOT NULL)
   OR u.ids IS NOT NULL AND (cardinality(u.ids) > 1 OR u.credits <> -e.amount OR NOT u.own)
LIMIT %(most)s
"""
_USAGE_CHARGE: Final = """
SELECT u.id, u.account_id::text, u.credits, u.entry_id, e.id IS NULL
FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
CROSS JOIN LATERAL (SELECT * FROM {usage} x WHERE x.id BETWEEN r.first AND r.last OFFSET 0) u
LEFT JOIN LATERAL (SELECT x.id, x.is_charge FROM {entries} x WHERE x.id = u.entry_id) e ON true
WHERE CASE WHEN u.entry_id IS NULL THEN u.credits <> 0 ELSE e.id IS NULL OR NOT e.is_charge END
LIMIT %(most)s
"""
# Note [The account's own index].
_BALANCE: Final = """
SELECT a.account_id::text, a.opening, a.balance, e.id, e.balance_after
FROM (SELECT * FROM {accounts} x WHERE <which>) a
LEFT JOIN LATERAL (
    SELECT x.id, x.balance_after FROM {entries} x
    WHERE x.account_id = ANY (ARRAY[a.account_id]) ORDER BY x.account_id, x.id DESC LIMIT 1
) e ON true
WHERE a.balance IS DISTINCT FROM coalesce(e.balance_after, a.opening)
LIMIT %(most)s
"""
# Literals without a type take that of the host's ids.
_NAMED: Final = _BALANCE.replace("<which>", "x.account_id = ANY (%(ids)s)")
_PAGE: Final = _BALANCE.replace("<which>", "<behind> ORDER BY x.account_id LIMIT %(page)s")
_LAST: Final = (
    "SELECT x.account_id::text FROM {accounts} x WHERE <behind> ORDER BY x.account_id OFFSET %(page)s - 1 LIMIT 1"
)


def of_entries(turn: Turn, ranges: Iterable[Range]) -> list[Found]:
    """Return what entries of these ids break of the chain, of one charge an operation, and of their usage logs."""
    scope = in_ranges(ranges)
    return [*_chain(turn, scope), *_operation(turn, scope), *_usage(turn, scope)]


def of_usage(turn: Turn, ranges: Iterable[Range]) -> list[Found]:
    """Return which of these usage logs have no charge."""
    return [
        Found(
            law=LawName.USAGE_CHARGE,
            key=str(number),
            account_id=account,
            rows=(number,),
            sentence=f"Usage log {number} of account {account} says {credits:,} credits and belongs to "
            + ("no entry." if entry is None else f"entry {entry}, {'which is not there' if gone else 'no charge'}."),
        )
        for number, account, credits, entry, gone in turn.rows(_USAGE_CHARGE, in_ranges(ranges))  # noqa: A001
    ]


def of_accounts(turn: Turn, *, account_ids: Iterable[str]) -> list[Found]:
    """Return which of these accounts have another balance than their newest entry left."""
    ids = "{" + ",".join(json.dumps(each) for each in sorted(set(account_ids))) + "}"
    return [_balance(*row) for row in turn.rows(_NAMED, {"ids": ids, "most": MOST})]


def of_page_of_accounts(turn: Turn, *, after: str, page: int) -> tuple[list[Found], str]:
    """Return the same of the next accounts behind one, and the last of them; empty where there are no more."""
    behind, parameters = "x.account_id > %(after)s" if after else "true", {"after": after, "page": page, "most": MOST}
    found = [_balance(*row) for row in turn.rows(_PAGE.replace("<behind>", behind), parameters)]
    last = turn.rows(_LAST.replace("<behind>", behind), parameters)
    return found, last[0][0] if last else ""


def in_ranges(ranges: Iterable[Range]) -> dict[str, Any]:
    """Return the parameters of a statement that asks ranges of ids."""
    each = list(ranges)
    return {"firsts": [one.first for one in each], "lasts": [one.last for one in each], "most": MOST}


def _scoped(sql: str) -> str:
    return sql.replace("<scope>", _SCOPE)


def _chain(turn: Turn, scope: dict[str, Any]) -> Iterator[Found]:
    for number, account, amount, after, previous, before in turn.rows(_scoped(_CHAIN), scope):
        if before is None:
            sentence = f"Entry {number} belongs to account {account}, which is not there."
        else:
            left = f"entry {previous} left" if previous else "it is the first, and the account was opened with"
            sentence = (
                f"Entry {number} of account {account} does not follow: {left} {before:,} credits, with {amount:+,} "
                f"that is {before + amount:,}, and it says {after:,}. One was changed, removed or added."
            )
        yield Found(law=LawName.CHAIN, key=str(number), account_id=account, rows=(number,), sentence=sentence)


def _operation(turn: Turn, scope: dict[str, Any]) -> Iterator[Found]:
    for first, second, account, operation in turn.rows(_scoped(_OPERATION), scope):
        sentence = f"Entries {first} and {second} are of the same operation {operation} of account {account}."
        key = f"{first} {second}"
        yield Found(law=LawName.OPERATION, key=key, account_id=account, rows=(first, second), sentence=sentence)


def _usage(turn: Turn, scope: dict[str, Any]) -> Iterator[Found]:
    for number, account, amount, is_charge, logs, credits in turn.rows(_scoped(_USAGE), scope):  # noqa: A001
        kept = ", ".join(map(str, logs or ()))
        if logs is None:
            what = f"charged {-amount:,} credits and has no usage log."
        elif not is_charge:
            what = f"is no charge, and usage log {kept} belongs to it."
        elif len(logs) > 1:
            what = f"has more than one usage log: {kept}."
        else:
            what = f"charged {-amount:,} credits, and its usage log {kept} says {credits:,} or another account."
        sentence = f"Entry {number} of account {account} {what}"
        yield Found(law=LawName.USAGE, key=str(number), account_id=account, rows=(number,), sentence=sentence)


def _balance(account: str, opening: int, balance: int, entry: int | None, left: int | None) -> Found:
    should = f"was opened with {opening:,} and has no entry" if entry is None else f"entry {entry} left {left:,}"
    return Found(
        law=LawName.BALANCE,
        key=account,
        account_id=account,
        rows=() if entry is None else (entry,),
        sentence=f"Account {account} has {balance:,} credits, and {should}.",
    )
