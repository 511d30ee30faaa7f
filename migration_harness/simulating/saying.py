"""How the model knows a statement: by how its text begins. One that it does not know ends the run."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from migration_harness.simulating.database import Rows, Session

Parameters = Sequence[Any] | Mapping[str, Any]
Statement = Callable[[Session, str, Any], Rows]
"""Takes the session, the text with single spaces, and the parameters."""


class UnknownStatement(Exception):
    """The real code says something to the database that the model does not know."""

    def __init__(self, text: str) -> None:
        super().__init__(f"The model of the database does not know: {text[:300]}")


_known: Final[list[tuple[re.Pattern[str], Statement]]] = []


def says(beginning: str) -> Callable[[Statement], Statement]:
    """Make a function the one that runs the statements of this beginning, a regular expression."""

    def known(statement: Statement) -> Statement:
        _known.append((re.compile(beginning), statement))
        return statement

    return known


def run(session: Session, sql: str, parameters: Parameters) -> Rows:
    """Run one statement in a session's transaction."""
    text = _plain(sql)
    session.last = text
    return _statement(text)(session, text, parameters)


def next_id(session: Session, table: str) -> int:
    """Return the next number of a sequence: it is nobody's, and no rollback takes it back."""
    row = session.database.table("sequences").setdefault(table, {"value": 0})
    row["value"] += 1
    return int(row["value"])


@cache
def _plain(sql: str) -> str:
    return " ".join(sql.split())


@cache
def _statement(text: str) -> Statement:
    for beginning, statement in _known:
        if beginning.match(text):
            return statement
    raise UnknownStatement(text)
