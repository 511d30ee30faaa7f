"""What samples keep of the values of NumPy, pandas and Django's QuerySets.

Note [Libraries]: nothing of these libraries is imported here. A value can only be of one that is loaded, and it is read
by the functions of the library's own classes; what a host derived from them is named, and not read.
"""

import sys
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from migration_harness.comparing.rows import has_rows, known_rows, rows_of
from migration_harness.comparing.stored import held_by, name_of
from migration_harness.log.scalars import LOST, Scalar, full_name

MAX_SIDE: Final = 50
"""Elements in one direction of an array; a sample has no more of any collection."""
_MAX_DIRECTIONS: Final = 3
_WHOLE_KINDS: Final = "biufcUSMmO"
"""Kinds of elements that come back, in the letters of NumPy; of numbers those that Python has."""
_LONGEST_NUMBER: Final = {"f": 8, "c": 16}
_CATEGORIES: Final = "category"


def library_scalar(value: Any) -> Scalar | None:
    """Return what a sample keeps of one element of these libraries, and its kind; None for any other value."""
    kind: Any = type(value)
    if (numpy := _loaded("numpy", kind)) is not None and issubclass(kind, numpy.generic):
        return _of_numpy(value, kind, numpy)
    if (pandas := _loaded("pandas", kind)) is None:
        return None
    if value is pandas.NA or value is pandas.NaT:
        return ("<NA>", "pandas.NA") if value is pandas.NA else ("NaT", "pandas.NaT")
    if kind is pandas.Timedelta:
        return value.isoformat(), "pandas.Timedelta"
    return _timestamp(value) if kind is pandas.Timestamp else None


def library_parts(value: Any, *, reads: bool) -> tuple[Any, str] | None:
    """Return the parts of an array, a frame or a QuerySet in Python's own classes, and its kind; None for any other.

    ``reads``: a QuerySet that nobody has read is. The kind is LOST where no test could make it again of these parts.
    """
    kind: Any = type(value)
    if (numpy := _loaded("numpy", kind)) is not None and kind is numpy.ndarray:
        return _array(value, numpy)
    if (pandas := _loaded("pandas", kind)) is not None:
        return _of_pandas(value, pandas)
    return _rows(value, reads=reads) if has_rows(kind) else None


def _loaded(library: str, kind: type) -> Any:
    """Return a library that is loaded and has this class; a look at the name, for most values are of none."""
    module = type.__getattribute__(kind, "__module__")
    is_of_it = isinstance(module, str) and module.partition(".")[0] == library
    return sys.modules.get(library) if is_of_it else None


def _of_numpy(value: Any, kind: Any, numpy: Any) -> Scalar | None:
    if issubclass(kind, numpy.datetime64 | numpy.timedelta64):
        unit = numpy.datetime_data(value.dtype)[0]
        name = f"{full_name(kind)}[{unit}]"
        return (str(value), name) if kind is numpy.datetime64 else (int(value.astype("int64")), name)
    plain = value.item()
    if type(plain) in (int, bool):
        return plain, full_name(kind)
    # Of a longer number than Python's, and of what has several parts, no plain value comes.
    return (repr(plain), full_name(kind)) if type(plain) in (float, complex) else None


def _timestamp(value: Any) -> Scalar:
    zone = value.tzinfo
    return value.isoformat(), f"pandas.Timestamp[{zone.key}]" if type(zone) is ZoneInfo and zone.key else (
        "pandas.Timestamp"
    )


def _array(value: Any, numpy: Any) -> tuple[Any, str]:
    letter, shape = value.dtype.kind, value.shape
    is_whole = letter in _WHOLE_KINDS and value.dtype.itemsize <= _LONGEST_NUMBER.get(letter, sys.maxsize)
    if not is_whole or not 1 <= len(shape) <= _MAX_DIRECTIONS:
        return f"{value.dtype.str} of {_directions(shape)}", LOST
    first = numpy.ndarray.__getitem__(value, tuple(slice(MAX_SIDE) for _ in shape))
    if letter == "O":
        # Each element may be of a class of its own, as each place of a tuple is.
        shown: Any = _nested(first.tolist(), len(shape))
        # NumPy would take what is in them for more directions.
        is_whole = not any(isinstance(each, Sequence) and not isinstance(each, str | bytes) for each in first.flat)
    else:
        shown = (_as_numbers(first, numpy) if letter in "Mm" else first).tolist()
    if max(shape) > MAX_SIDE:
        return [*shown, f"… ({_directions(shape)})"], LOST
    # Of one that is empty in one direction nested lists do not tell the others.
    is_whole = is_whole and not (0 in shape and (len(shape) > 1 or letter == "O"))
    return shown, LOST if not is_whole else f"numpy.ndarray[{value.dtype.str}]"


def _as_numbers(array: Any, numpy: Any) -> Any:
    return numpy.datetime_as_string(array) if array.dtype.kind == "M" else array.astype("int64")


def _nested(found: list[Any], directions: int) -> tuple[Any, ...]:
    return tuple(found) if directions == 1 else tuple(_nested(each, directions - 1) for each in found)


def _directions(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if shape else "1"


def _of_pandas(value: Any, pandas: Any) -> tuple[Any, str] | None:
    kind = type(value)
    if kind is pandas.DataFrame:
        return _frame(value)
    if kind is pandas.Series:
        parts, is_whole = _column(value)
        parts["index"] = value.index
        return parts, "pandas.Series" if is_whole else LOST
    if kind is pandas.RangeIndex:
        parts = {name: getattr(value, name) for name in ("start", "stop", "step", "name")}
        return parts, "pandas.RangeIndex"
    if issubclass(kind, pandas.Index) and not issubclass(kind, pandas.MultiIndex):
        parts, is_whole = _column(value)
        return parts, "pandas.Index" if is_whole else LOST
    return None


def _column(column: Any) -> tuple[dict[str, Any], bool]:
    """Return the name, the kind of elements and the first elements of a column, and whether that is all of it."""
    elements = column[:MAX_SIDE].astype(object).tolist()
    told = {"dtype": str(column.dtype), "name": column.name, "values": tuple(elements)}
    return told, len(column) <= MAX_SIDE and told["dtype"] != _CATEGORIES


def _frame(frame: Any) -> tuple[dict[str, Any], str]:
    columns = [_column(frame.iloc[:, place]) for place in range(min(frame.shape[1], MAX_SIDE))]
    labels = [told["name"] for told, _ in columns]
    is_whole = (
        len(columns) == frame.shape[1]
        and all(whole for _, whole in columns)
        and all(type(label) in (str, int) for label in labels)
        and len(set(labels)) == len(labels)
        and frame.columns.name is None
    )
    parts = {"index": frame.index, "columns": tuple(told for told, _ in columns)}
    return parts, "pandas.DataFrame" if is_whole else LOST


def _rows(value: Any, *, reads: bool) -> tuple[Any, str]:
    if known_rows(value) is None and not reads:
        return name_of(type(value)), LOST
    rows, model = rows_of(value, MAX_SIDE), held_by(value).get("model")
    # What ``values()`` yields is no instance; and what derives from a QuerySet has methods that are the host's.
    is_plain = full_name(type(value)) == "django.db.models.query.QuerySet"
    if not isinstance(model, type) or not is_plain or any(type(row) is not model for row in rows):
        return rows, LOST
    return rows, f"QuerySet[{full_name(model)}]"
