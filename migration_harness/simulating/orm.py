"""What the model makes of what Django's ORM says of one table."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from psycopg.types.json import Jsonb

from migration_harness.simulating.database import Row, Rows, Session
from migration_harness.simulating.saying import UnknownStatement, next_id, says

_SELECT: Final = re.compile(
    r'SELECT (?P<what>.+?) FROM "(?P<table>\w+)"(?: WHERE \(?(?P<where>.+?)\)?)?'
    r'(?: ORDER BY "\w+"\."(?P<order>\w+)" (?P<way>ASC|DESC))?(?: LIMIT (?P<limit>\d+))?(?P<lock> FOR NO KEY UPDATE)?$'
)
_COLUMN: Final = re.compile(r'"\w+"\."(\w+)"')
_CONDITION: Final = re.compile(
    r'\(?(?P<is_not>NOT )?\(?"\w+"\."(?P<column>\w+)"(?: (?P<how>=|IN|IS) (?P<values>%s|NULL|\([%s, ]+\)))?\)*$'
)


@says(r'SELECT .+ FROM "\w+"')
def _select(session: Session, text: str, parameters: Any) -> Rows:
    asked = _SELECT.match(text)
    if asked is None:
        raise UnknownStatement(text)
    table, holds = asked["table"], _condition(asked["where"], list(parameters or ()))
    found = {key: row for key, row in session.rows(table).items() if holds(row)}
    keys = sorted(found, key=lambda key: found[key][asked["order"] or "id"], reverse=asked["way"] == "DESC")
    if asked["limit"]:
        keys = keys[: int(asked["limit"])]
    if asked["lock"]:
        locked = [session.lock_row(table, key) for key in keys]
        rows = [row for row in locked if row is not None and holds(row)]
    else:
        rows = [found[key] for key in keys]
    if asked["what"].startswith("COUNT(*)"):
        return [(len(rows),)]
    if asked["what"].startswith("1 AS"):
        return [(1,)] * len(rows)
    columns = _COLUMN.findall(asked["what"])
    return [tuple(row[column] for column in columns) for row in rows]


def _condition(text: str | None, values: list[Any]) -> Callable[[Row], bool]:
    tests: list[Callable[[Row], bool]] = []
    for part in text.split(" AND ") if text else ():
        told = _CONDITION.match(part)
        if told is None:
            raise UnknownStatement(part)
        count = (told["values"] or "").count("%s")
        wanted, values = values[:count] or [None], values[count:]
        tests.append(_test(told["column"], wanted, has_values=told["how"] is not None, is_not=bool(told["is_not"])))
    return lambda row: all(test(row) for test in tests)


def _test(column: str, wanted: list[Any], *, has_values: bool, is_not: bool) -> Callable[[Row], bool]:
    return lambda row: (row[column] in wanted if has_values else bool(row[column])) is not is_not


@says(r'UPDATE "\w+" SET ')
def _update(session: Session, text: str, parameters: Any) -> Rows:
    told = re.match(r'UPDATE "(\w+)" SET (.+) WHERE (.+)$', text)
    if told is None:
        raise UnknownStatement(text)
    table, columns = told[1], re.findall(r'"(\w+)" = (%s|NULL)', told[2])
    left = iter(parameters)
    new = {column: next(left) if value == "%s" else None for column, value in columns}
    holds = _condition(told[3], list(left))
    count = 0
    for key in [key for key, row in session.rows(table).items() if holds(row)]:
        row = session.lock_row(table, key)
        if row is not None and holds(row):
            session.write(table, key, {**row, **new})
            count += 1
    return [(count,)]


_INSERT: Final = re.compile(
    r'INSERT INTO "(\w+)" \((.+?)\) VALUES (.+?)(?: ON CONFLICT\((.+?)\) DO UPDATE .+?)?(?: RETURNING|$)'
)


@says(r'INSERT INTO "\w+" \(')
def _insert(session: Session, text: str, parameters: Any) -> Rows:
    told = _INSERT.match(text)
    if told is None:
        raise UnknownStatement(text)
    table, columns = told[1], re.findall(r'"(\w+)"', told[2])
    unique = re.findall(r'"(\w+)"', told[4] or "")
    made: Rows = []
    for place in range(0, len(parameters), len(columns)):
        values = [_kept(value) for value in parameters[place : place + len(columns)]]
        row = dict(zip(columns, values, strict=True))
        key = tuple(row[column] for column in unique) if unique else None
        if key is not None:
            row = {**(session.claim_row(table, key) or {"id": next_id(session, table)}), **row}
        else:
            row = {"id": next_id(session, table), **row}
            key = row["id"]
        session.write(table, key, row)
        made.append((row["id"],))
    return made


def _kept(value: Any) -> Any:
    return json.dumps(value.obj) if isinstance(value, Jsonb) else value
