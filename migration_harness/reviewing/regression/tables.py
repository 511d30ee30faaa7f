"""Arrays, frames and QuerySets made again from what a sample keeps of them, see :mod:`migration_harness.log.tables`."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from migration_harness.reviewing.recorded import queryset_of
from migration_harness.reviewing.regression.kinds import named
from migration_harness.reviewing.regression.rebuilt import Import, Rebuilt, import_of


class Rebuilding(Protocol):
    """Makes again what is at a path."""

    def of(self, value: Any, where: str) -> Rebuilt:
        """Return one value, by its kind."""

    def plain(self, value: Any, where: str) -> Rebuilt:
        """Return what JSON holds as it is, with the values in it."""

    def places(self, value: Sequence[Any], where: str) -> tuple[Rebuilt, ...]:
        """Return elements each of which is of a class of its own."""


Make = Callable[[Any, str, Rebuilding], Rebuilt]

_OF_A_UNIT: Final = re.compile(r"numpy\.(datetime64|timedelta64)\[(\w+)\]")
_ARRAY: Final = re.compile(r"numpy\.ndarray\[(.+)\]")
_ZONED: Final = re.compile(r"pandas\.Timestamp\[(.+)\]")
_ROWS: Final = re.compile(r"QuerySet\[(.+)\]")


def table_again(kind: str, value: Any, where: str, rebuilding: Rebuilding) -> Rebuilt | None:
    """Return a value of these libraries, None for any other kind; raises what cannot be read, and NotExportable."""
    if found := _OF_A_UNIT.fullmatch(kind):
        return _called("numpy", found[1], _literal(value), _literal(found[2]))
    if found := _ARRAY.fullmatch(kind):
        made = _nested(value, where, rebuilding) if found[1].endswith("O") else rebuilding.plain(value, where)
        return _called("numpy", "array", made, dtype=_literal(found[1]))
    if found := _ROWS.fullmatch(kind):
        return _rows(named(found[1]), rebuilding.plain(value, where))
    if found := _ZONED.fullmatch(kind):
        return _method(_called("pandas", "Timestamp", _literal(value)), "tz_convert", _literal(found[1]))
    make = _OF_PANDAS.get(kind)
    return None if make is None else make(value, where, rebuilding)


def _literal(value: Any) -> Rebuilt:
    return Rebuilt(value=value, source=repr(value))


def _called(module: str, name: str, /, *given: Rebuilt, **by_name: Rebuilt) -> Rebuilt:
    """Return what a name of a library returns. Raises LookupError where the library is not loaded."""
    arguments = [each.source for each in given] + [f"{word}={each.source}" for word, each in by_name.items()]
    made = getattr(sys.modules[module], name)(
        *[each.value for each in given], **{word: each.value for word, each in by_name.items()}
    )
    needed = _needed([*given, *by_name.values()]) | {(module, name)}
    return Rebuilt(value=made, source=f"{name}({', '.join(arguments)})", imports=needed)


def _method(made: Rebuilt, name: str, given: Rebuilt) -> Rebuilt:
    value = getattr(made.value, name)(given.value)
    imports = _needed([made, given])
    return Rebuilt(value=value, source=f"{made.source}.{name}({given.source})", imports=imports)


def _needed(parts: Iterable[Rebuilt]) -> frozenset[Import]:
    return frozenset[Import]().union(*(each.imports for each in parts))


def _by_text(name: str) -> Make:
    return lambda value, *_: _called("pandas", name, _literal(value))


def _constant(name: str) -> Make:
    return lambda *_: Rebuilt(
        value=getattr(sys.modules["pandas"], name), source=name, imports=frozenset({("pandas", name)})
    )


def _range(value: Mapping[str, Any], where: str, rebuilding: Rebuilding) -> Rebuilt:
    name = rebuilding.of(value["name"], f"{where}.name")
    return _called("pandas", "RangeIndex", *(_literal(value[each]) for each in ("start", "stop", "step")), name=name)


def _column(value: Mapping[str, Any], where: str, rebuilding: Rebuilding, cls: str, **more: Rebuilt) -> Rebuilt:
    values, name = _list(value["values"], f"{where}.values", rebuilding), rebuilding.of(value["name"], f"{where}.name")
    return _called("pandas", cls, values, dtype=_literal(value["dtype"]), name=name, **more)


def _list(values: Sequence[Any], where: str, rebuilding: Rebuilding) -> Rebuilt:
    return _written(rebuilding.places(values, where))


def _nested(values: Any, where: str, rebuilding: Rebuilding) -> Rebuilt:
    """Return the elements of an array of objects, in as many directions as it has."""
    if not isinstance(values[0], list):
        return _list(values, where, rebuilding)
    return _written([_nested(each, f"{where}.{place}", rebuilding) for place, each in enumerate(values)])


def _written(inner: Sequence[Rebuilt]) -> Rebuilt:
    source = f"[{', '.join(each.source for each in inner)}]"
    return Rebuilt(value=[each.value for each in inner], source=source, imports=_needed(inner))


def _series(value: Mapping[str, Any], where: str, rebuilding: Rebuilding) -> Rebuilt:
    return _column(value, where, rebuilding, "Series", index=rebuilding.of(value["index"], f"{where}.index"))


def _frame(value: Mapping[str, Any], where: str, rebuilding: Rebuilding) -> Rebuilt:
    """Each column as objects first: so pandas does not guess what they are."""
    columns = value["columns"]
    values = {
        each["name"]: _list(each["values"], f"{where}.columns.{place}.values", rebuilding)
        for place, each in enumerate(columns)
    }
    content = Rebuilt(
        value={name: each.value for name, each in values.items()},
        source=f"{{{', '.join(f'{name!r}: {each.source}' for name, each in values.items())}}}",
        imports=_needed(values.values()),
    )
    index = rebuilding.of(value["index"], f"{where}.index")
    made = _called("pandas", "DataFrame", content, index=index, dtype=_literal("object"))
    kinds = {each["name"]: each["dtype"] for each in columns}
    return _method(made, "astype", _literal(kinds)) if kinds else made


def _rows(model: Any, rows: Rebuilt) -> Rebuilt:
    imported, name = import_of(model)
    return Rebuilt(
        value=queryset_of(model, rows.value),
        source=f"queryset_of({name}, {rows.source})",
        imports=rows.imports | {imported, ("migration_harness.api", "queryset_of")},
    )


_OF_PANDAS: Final[Mapping[str, Make]] = {
    "pandas.NA": _constant("NA"),
    "pandas.NaT": _constant("NaT"),
    "pandas.Timestamp": _by_text("Timestamp"),
    "pandas.Timedelta": _by_text("Timedelta"),
    "pandas.RangeIndex": _range,
    "pandas.Index": lambda value, where, rebuilding: _column(value, where, rebuilding, "Index"),
    "pandas.Series": _series,
    "pandas.DataFrame": _frame,
}
