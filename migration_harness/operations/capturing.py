"""Rows that this session changes while an operation is recorded: begun, taken up, ended.

Note [Of the session]: an operation has several transactions and statements outside of any, so the mark by which the
triggers know it is set for the session, and taken back at the end. It stays with the connection: behind a pooler that
gives each transaction another one, rows of strangers would be taken for the operation's. A system check says so.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from migration_harness.database import connection, transaction
from migration_harness.operations.declaring import operations
from migration_harness.operations.effects import Change, Row
from migration_harness.operations.plain import text
from migration_harness.operations.under_way import UnderWay

MOST_ROWS: Final = 1_000
"""As the trigger has it."""
_MARK: Final = "SELECT set_config('harness.recording', %s, false), set_config('harness.captured', %s, false)"
_SEEN_AND_MARK: Final = """
WITH seen AS MATERIALIZED (
    SELECT current_setting('harness.recording', true) AS mark, current_setting('harness.captured', true) AS rows
)
SELECT mark, rows, set_config('harness.recording', %s, false), set_config('harness.captured', %s, false) FROM seen
"""
_TAKE: Final = """
WITH taken AS (
    DELETE FROM migration_harness_capturedrow WHERE recording = %s RETURNING id, relation, change, before, after
)
SELECT relation, change, before, after FROM taken ORDER BY id
"""


def begin(recording: UUID) -> None:
    """Have the rows that this session changes from now on kept for a recording."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [str(recording), "0"])


def end(under_way: UnderWay) -> tuple[Row, ...]:
    """Return the rows that were changed, and go on with the outer operation's where there is one."""
    outer = under_way.outer
    with transaction.atomic(), connection.cursor() as cursor:
        # How many rows the outer one has had so far is not known any more: it begins to count anew.
        cursor.execute(_SEEN_AND_MARK, ["" if outer is None else str(outer.recording), "0"])
        mark, seen, *_ = cursor.fetchone()
        cursor.execute(_TAKE, [under_way.recording])
        found = cursor.fetchall()
    if mark != str(under_way.recording):
        under_way.miss("The connection to the database was another one at the end: rows that were changed are missing.")
    if int(seen or 0) > MOST_ROWS:
        under_way.miss(f"Only the first {MOST_ROWS:,} of {int(seen):,} changed rows were kept.")
    labels = operations().labels
    return tuple(_row(labels, *each) for each in found)


def give_up(under_way: UnderWay) -> None:
    """Take the mark back where the end failed, so that nothing of later work is taken for this operation's."""
    outer = under_way.outer
    with connection.cursor() as cursor:
        cursor.execute(_MARK, ["" if outer is None else str(outer.recording), "0"])


def _row(labels: Mapping[str, str], relation: str, change: str, before: Any, after: Any) -> Row:
    old, new = (columns_of(each) for each in (before, after))
    model = labels.get(relation, relation)
    return Row(model=model, change=Change(change), key=_key(model, new or old or {}), before=old, after=new)


def columns_of(image: Any) -> dict[str, Any] | None:
    """Return a row as a recording has it, of what PostgreSQL says of it as JSON; None of none."""
    if image is None:
        return None
    # Django has its cursors leave jsonb as text.
    columns: dict[str, Any] = json.loads(image, parse_float=str) if isinstance(image, str) else image
    return {name: text(value) if isinstance(value, str) else value for name, value in columns.items()}


def _key(model: str, columns: Mapping[str, Any]) -> str:
    known = {each.model: each for each in operations().models}
    fields = known[model].of_django._meta.pk_fields if model in known else ()  # noqa: SLF001  The documented way.
    return ",".join(str(columns.get(str(field.column))) for field in fields)
