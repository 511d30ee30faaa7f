"""A table as a file: CSV for a spreadsheet, which takes nothing in it for a formula, and JSON for a program."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any, Final

from django.http import HttpResponse

from dashboards.tables.table import Plain, Row, Table
from migration_harness.printing import cell

MOST: Final = 50_000
"""Rows of a file. What is left off is said in it, and in the header ``X-Rows-Left-Off``."""


def exported(table: Table[Row], rows: Sequence[Row], *, form: str, left_off: int) -> HttpResponse:
    """Return the rows as a file to download."""
    if form == "csv":
        response = HttpResponse(_csv(table, rows), content_type="text/csv; charset=utf-8")
    else:
        told = {"rows": [{name: _json(value) for name, value in table.plain(row).items()} for row in rows]}
        body = json.dumps(told | {"left_off": left_off}, ensure_ascii=False)
        response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{table.name}.{form}"'
    response["X-Rows-Left-Off"] = str(left_off)
    return response


def _csv(table: Table[Row], rows: Sequence[Row]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(column.name for column in table.columns)
    writer.writerows([_cell(value) for value in table.plain(row).values()] for row in rows)
    return text.getvalue()


def _cell(value: Plain) -> Any:
    match value:
        case None:
            return ""
        case str():
            return cell(value)
        case _:
            # A negative number is a number there, and no formula.
            return _json(value)


def _json(value: Plain) -> Any:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return value
