"""Rows as an operation found them, put back inside a transaction that is undone: what it changed, and nothing else.

Where a row is not any more as the operation left it, somebody changed it meanwhile, and the run would be of a state
that never was: nothing is put back. Triggers and foreign keys look away, since rows come back in any order.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model

from migration_harness.conf import setting
from migration_harness.database import connection
from migration_harness.operations.capturing import columns_of
from migration_harness.operations.declaring import operations
from migration_harness.operations.effects import Row
from migration_harness.operations.plain import is_whole

Image = Mapping[str, Any]
_HIDDEN: Final = frozenset({"(secret)", "(another secret)"})


class NotRestorable(Exception):
    """The rows cannot be put back; the message says why, without a value."""


@dataclass(slots=True, kw_only=True)
class _Net:
    """What became of one row in all; ``before`` is None of one that is new, ``after`` of one that is gone."""

    before: Image | None
    after: Image | None


def restore(rows: Iterable[Row]) -> None:
    """Put the rows back, and hold them against others. Raises NotRestorable, and what the database raises."""
    with connection.cursor() as cursor:
        nets = _nets(rows)
        for label, those in nets.items():
            _hold(cursor, _model(label), those)
        cursor.execute("SET LOCAL session_replication_role = replica")
        for label, those in nets.items():
            _put_back(cursor, _model(label), those)
        cursor.execute("SET LOCAL session_replication_role = origin")


def _nets(rows: Iterable[Row]) -> dict[str, dict[str, _Net]]:
    found: dict[str, dict[str, _Net]] = {}
    for row in rows:
        known = found.setdefault(row.model, {})
        if row.key in known:
            known[row.key].after = row.after
        else:
            known[row.key] = _Net(before=row.before, after=row.after)
    return found


def _model(label: str) -> type[Model]:
    declared = next((each for each in operations().models if each.model == label), None)
    if declared is None:
        raise NotRestorable(f"{label} is no declared model any more")
    return declared.of_django


def _hold(cursor: Any, model: type[Model], nets: Mapping[str, _Net]) -> None:
    """Lock what is there, and see that it is as the operation left it."""
    key = _key(model)
    wanted = [(net.after or net.before or {})[key] for net in nets.values()]
    cursor.execute(
        f"SELECT to_jsonb(t) FROM {_table(model)} t WHERE {_quoted(key)} = ANY(%s) ORDER BY 1 FOR UPDATE",  # noqa: S608  Django's own names.
        [wanted],
    )
    there = {str(image[key]): image for (kept,) in cursor.fetchall() if (image := columns_of(kept)) is not None}
    for name, net in nets.items():
        if not _is_as(there.get(name), net.after):
            raise NotRestorable("a row that it changed was changed again")


def _is_as(now: Image | None, after: Image | None) -> bool:
    if now is None or after is None:
        return now is None and after is None
    return all(_is_hidden(value) or now.get(name) == value for name, value in after.items())


def _is_hidden(value: Any) -> bool:
    return isinstance(value, str) and value in _HIDDEN


def _put_back(cursor: Any, model: type[Model], nets: Mapping[str, _Net]) -> None:
    key, table = _key(model), _table(model)
    new = [net.after[key] for net in nets.values() if net.before is None and net.after is not None]
    # What refuses every deletion refuses this one too: there a new row stays, and is in nobody's way, since the run has
    # an id of its own.
    if new and model._meta.db_table not in setting("APPEND_ONLY", ()):  # noqa: SLF001  The documented way.
        cursor.execute(f"DELETE FROM {table} WHERE {_quoted(key)} = ANY(%s)", [new])  # noqa: S608
    again: dict[tuple[str, ...], list[Image]] = {}
    changed: dict[tuple[str, ...], list[Image]] = {}
    for net in nets.values():
        if net.before is None:
            continue
        names = tuple(name for name, value in net.before.items() if net.after is None or net.after.get(name) != value)
        _refuse_what_is_not_kept([net.before[name] for name in names])
        if names:
            (again if net.after is None else changed).setdefault(names, []).append(net.before)
    # An operation changes many rows in the same columns: those go in one statement.
    rows = f"jsonb_populate_recordset(NULL::{table}, %s)"
    for names, images in again.items():
        columns = ", ".join(map(_quoted, names))
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows}", [_told(images)])  # noqa: S608
    for names, images in changed.items():
        columns = ", ".join(f"{_quoted(name)} = r.{_quoted(name)}" for name in names)
        cursor.execute(
            f"UPDATE {table} t SET {columns} FROM {rows} r WHERE t.{_quoted(key)} = r.{_quoted(key)}",  # noqa: S608
            [_told(images)],
        )


def _told(images: list[Image]) -> str:
    return json.dumps([dict(image) for image in images])


def _refuse_what_is_not_kept(values: list[Any]) -> None:
    if any(map(_is_hidden, values)):
        raise NotRestorable("it changed a secret")
    if not is_whole(values):
        raise NotRestorable("a row was recorded in part")


def _key(model: type[Model]) -> str:
    return str(model._meta.pk.column)  # noqa: SLF001  The documented way.


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)  # noqa: SLF001  The documented way.


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
