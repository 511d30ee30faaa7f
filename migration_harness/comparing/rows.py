"""Rows of a QuerySet, as they are compared: a limited number of them. Knows no Django, but what its QuerySets have."""

from itertools import islice
from typing import Any

from migration_harness.comparing.stored import columns_of, declares, held_by


def has_rows(kind: type) -> bool:
    """Tell whether values of a class are QuerySets, whatever host derived it."""
    return declares(kind, "_fetch_all") and declares(kind, "_chain")


def known_rows(value: Any) -> list[Any] | None:
    """Return the rows of a QuerySet that somebody has read, None where nobody has; asks no database."""
    rows = held_by(value).get("_result_cache")
    return rows if type(rows) is list else None


def rows_of(value: Any, most: int) -> list[Any]:
    """Return the first ``most`` rows of a QuerySet, and one more if there is one; what was read is not asked again.

    What was annotated to an instance stands beside it, by name. Raises what the database does.
    """
    known = known_rows(value)
    rows = list(islice(known, most + 1)) if known is not None else list(value[: most + 1])
    names = tuple(value.query.annotation_select)
    if not names or not all(columns_of(type(row)) for row in rows):
        return rows
    return [{"row": row, **{name: held_by(row)[name] for name in names if name in held_by(row)}} for row in rows]


def are_ordered(control: Any, candidate: Any) -> bool:
    """Tell whether the rows of one of two QuerySets have an order that somebody asked for."""
    return bool(control.ordered or candidate.ordered)
