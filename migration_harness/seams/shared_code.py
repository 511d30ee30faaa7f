"""Code that control and candidate share: a fault in it makes both wrong alike, and is a ``match``.

Followed is what can be told without running anything: the names that a function's code loads, from its module, its
closure and what it imports, and the attributes that it takes of them; of its arguments the properties and methods of
the classes that they are annotated with. What a call returns is not followed, nor is code of others (the standard
library, installed packages, the harness). An inner seam ends the way: it has evidence of its own.
"""

import builtins
import dis
import inspect
import sys
import sysconfig
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final, get_type_hints

from migration_harness.seams.declaring import Declared

_NOTHING: Final = object()
_HARNESS: Final = str(Path(__file__).parents[1])
_INSTALLED: Final = tuple(
    path for name in ("stdlib", "platstdlib", "purelib", "platlib") if (path := sysconfig.get_path(name))
)
_LOADS_NOTHING: Final = frozenset({"CACHE", "PUSH_NULL", "PRECALL"})
_MADE: Final = ("__new__", "__init__", "__post_init__")
"""What runs where a class is called."""


class _InstanceOf:
    """Stands for an argument of which the class alone is known."""

    def __init__(self, kind: type) -> None:
        self.kind = kind


def shared_code(
    control: Callable[..., Any], candidate: Callable[..., Any], *, known: Container[Callable[..., Any]] = ()
) -> list[str]:
    """Return the dotted names of the functions that both sides may call, sorted; without those ``known``.

    What only a known function calls is known with it.
    """
    top = {_top_package(function) for side in (control, candidate) for function in _functions_of(side)}

    def is_own(function: FunctionType) -> bool:
        path = function.__code__.co_filename
        is_written = not path.startswith("<")
        return is_written and (_top_package(function) in top or not path.startswith((_HARNESS, *_INSTALLED)))

    both = _reached(control, is_own, known) & _reached(candidate, is_own, known)
    return sorted(f"{function.__module__}.{function.__qualname__}" for function in both)


def _reached(
    side: Any, is_own: Callable[[FunctionType], bool], known: Container[Callable[..., Any]]
) -> set[FunctionType]:
    """Return the host's functions that a side may call, itself among them."""
    found: set[FunctionType] = set()
    waiting = [side]
    while waiting:
        for function in _functions_of(waiting.pop()):
            if function not in found and function not in known and is_own(function):
                found.add(function)
                waiting.extend(_loaded(function))
    return found


def _functions_of(loaded: Any) -> Iterator[FunctionType]:
    """Yield the functions that run where something is called, or asked for."""
    match loaded:
        case Declared():
            return
        case FunctionType():
            yield loaded
        case MethodType() | staticmethod() | classmethod():
            yield from _functions_of(loaded.__func__)
        case partial() | cached_property():
            yield from _functions_of(loaded.func)
        case property():
            yield from _functions_of(loaded.fget)
        case type():
            for name in _MADE:
                yield from _functions_of(inspect.getattr_static(loaded, name, None))
        case _ if isinstance(called := inspect.getattr_static(type(loaded), "__call__", None), FunctionType):
            yield called
    wrapped = inspect.getattr_static(loaded, "__wrapped__", None)
    if wrapped is not None and not isinstance(loaded, type):
        yield from _functions_of(wrapped)


def _loaded(function: FunctionType) -> Iterator[Any]:
    """Yield what the code of a function loads, as far as it can be told."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    names = {**vars(builtins), **function.__globals__, **{name: _content(cell) for name, cell in cells.items()}}
    yield from _loaded_by(function.__code__, names, _arguments(function))


def _loaded_by(code: CodeType, names: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[Any]:
    held: Any = _NOTHING
    for step in dis.get_instructions(code):
        if step.opname == "IMPORT_FROM":
            # The module stays at hand for the next name of the same import.
            yield _attribute(held, step.argval)
        elif step.opname not in _LOADS_NOTHING:
            held = _after(step, held, names, arguments)
            yield held
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _loaded_by(inner, names, arguments)


def _after(step: dis.Instruction, held: Any, names: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
    """Return what a step leaves at hand, where that can be told."""
    match step.opname:
        case "LOAD_GLOBAL" | "LOAD_NAME" | "LOAD_DEREF" | "LOAD_CLASSDEREF":
            return names.get(step.argval, arguments.get(step.argval, _NOTHING))
        case "LOAD_ATTR" | "LOAD_METHOD":
            return _attribute(held, step.argval)
        case "IMPORT_NAME":
            return sys.modules.get(step.argval, _NOTHING)
        case name if name.startswith("LOAD_FAST") and isinstance(step.argval, str):
            return arguments.get(step.argval, _NOTHING)
        case _:
            return _NOTHING


def _attribute(held: Any, name: str) -> Any:
    """Return an attribute as it is written, running nothing."""
    match held:
        case _InstanceOf():
            return inspect.getattr_static(held.kind, name, _NOTHING)
        case ModuleType():
            return vars(held).get(name, _NOTHING)
        case _ if held is _NOTHING:
            return _NOTHING
        case _:
            return inspect.getattr_static(held, name, _NOTHING)


def _arguments(function: FunctionType) -> dict[str, Any]:
    try:
        hints = get_type_hints(function)
    except Exception:  # noqa: BLE001  An annotation of the host that cannot be evaluated tells nothing.
        return {}
    return {name: _InstanceOf(hint) for name, hint in hints.items() if isinstance(hint, type)}


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # Not filled yet.
        return _NOTHING


def _top_package(function: FunctionType) -> str:
    return function.__module__.partition(".")[0]
