"""What the model makes of statements about transactions and settings, and of functions that need no table."""

import re
from typing import Any, Final

from migration_harness.simulating.database import Rows, Session, milliseconds
from migration_harness.simulating.saying import UnknownStatement, says


@says(r"SET (TRANSACTION|statement_timeout) ")
def _nothing(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    return []


@says(r"LOCK TABLE ")
def _shared_table(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    session.lock(("table", text.split()[2]), is_shared=True)
    return []


@says(r"SAVEPOINT ")
def _savepoint(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    session.own.save(text.rsplit(maxsplit=1)[-1])
    return []


@says(r"RELEASE SAVEPOINT ")
def _release(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    session.own.release(text.rsplit(maxsplit=1)[-1])
    return []


@says(r"ROLLBACK TO SAVEPOINT ")
def _roll_back_to(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    session.database.give_back(session, session.own.go_back(text.rsplit(maxsplit=1)[-1]))
    return []


_ITEM: Final = re.compile(
    r"set_config\('(?P<set>[\w.]+)', (?P<value>%\(\w+\)s|%s|'[^']*'|pg_current_xact_id\(\)::text), (?:true|false)\)"
    r"|current_setting\('(?P<ask>\w+)'\)"
    r"|(?P<pid>pg_backend_pid\(\))"
    r"|pg_advisory_xact_lock(?P<shared>_shared)?\((?P<keys>[^)]*)\)"
    r"|(?P<there>to_regclass\('\w+'\) IS NOT NULL)"
    r"|(?P<json>%s::jsonb::text)"
    r"|(?P<seconds>extract\(epoch FROM %s::interval\)::float8)"
    r"|(?P<notify>pg_notify\(%s, %s\))"
)
_FUNCTIONS: Final = re.compile(rf"SELECT (?:{_ITEM.pattern.replace('?P<', '?P<_')})(?:, |$)")


@says(_FUNCTIONS.pattern)
def _functions(session: Session, text: str, parameters: Any) -> Rows:
    """``SELECT`` of functions without a table: settings, advisory locks, notices."""
    left = iter(parameters if isinstance(parameters, list | tuple) else ())
    row: list[Any] = []
    rest = text.removeprefix("SELECT ")
    while rest:
        item = _ITEM.match(rest)
        if item is None:
            raise UnknownStatement(rest)
        rest = rest[item.end() :].removeprefix(", ")
        row.append(_answer(session, item, left, parameters))
    return [tuple(row)]


def _answer(session: Session, item: re.Match[str], left: Any, parameters: Any) -> Any:
    if name := item["set"]:
        told = item["value"]
        value = next(left) if told == "%s" else parameters[told[2:-2]] if told.startswith("%(") else told.strip("'")
        if name == "application_name":
            session.name = value
        else:
            session.set(name, value)
        return value
    if item["ask"]:
        return session.setting(item["ask"])
    if item["pid"]:
        return session.pid
    if item["keys"]:
        keys = [next(left) if key == "%s" else int(key) for key in item["keys"].split(", ")]
        session.lock(("advisory", *keys), is_shared=bool(item["shared"]))
        return None
    if item["json"]:
        return next(left)
    if item["seconds"]:
        return milliseconds(next(left)) / 1_000
    if item["notify"]:
        session.own.notices.append((next(left), next(left)))
        return None
    return True
