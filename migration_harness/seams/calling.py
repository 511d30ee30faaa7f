"""What a seam may be made of: functions whose answer is there when they return."""

from collections.abc import Callable, Sequence
from dis import Instruction, get_instructions
from functools import partial
from inspect import (
    Parameter,
    isasyncgenfunction,
    iscoroutinefunction,
    isgeneratorfunction,
    isroutine,
    signature,
    unwrap,
)
from typing import Any, Final

from migration_harness.exceptions import HarnessMisconfigured

_IDLE: Final = frozenset(("RESUME", "LOAD_CONST", "BUILD_TUPLE", "RETURN_VALUE", "RETURN_CONST", "CACHE", "NOP"))
"""Instructions that call nobody, besides those that load an argument."""


def refuse_unfinished(seam: str, **functions: Callable[..., Any] | None) -> None:
    """Raise HarnessMisconfigured where calling one of these functions only begins its work.

    A coroutine or a generator runs when somebody awaits or consumes it, long after the seam has compared.
    """
    for role, function in functions.items():
        if function is not None and (kind := _unfinished(function)):
            raise HarnessMisconfigured(
                f"{seam}: {role} is {kind}, and a seam compares what a call returns. Give it a function that returns "
                f"the finished answer, for example by asgiref's async_to_sync, or a list of what it yields."
            )


def refuse_unheard(seam: str, foreseen: Sequence[str], **sides: Callable[..., Any]) -> None:
    """Raise HarnessMisconfigured where a side does not take such an argument by name, or cannot do without it."""
    for name in foreseen:
        for role, side in sides.items():
            found = signature(side).parameters.get(name)
            if found is None or found.kind is not Parameter.KEYWORD_ONLY or found.default is Parameter.empty:
                raise HarnessMisconfigured(
                    f"{seam}: {role} has no keyword-only argument {name} with a default, and it is left out where the "
                    "candidate answers. Give it one, or take it out of foreseen."
                )


def _unfinished(function: Callable[..., Any]) -> str:
    while isinstance(function, partial):
        function = function.func
    # What is behind a mark or another decorator is what is called.
    function = unwrap(function)
    if not isroutine(function) and not isinstance(function, type):
        function = getattr(function, "__call__", function)  # noqa: B004  An object that is called.
    if iscoroutinefunction(function):
        return "a coroutine function"
    if isasyncgenfunction(function) or isgeneratorfunction(function):
        return "a generator function"
    return ""


def needs_guard(function: Callable[..., Any]) -> bool:
    """Tell whether a declared function does anything at all.

    One that only puts its arguments and their keys together neither queries nor writes; most subjects and groups do so.
    """
    code = getattr(function, "__code__", None)
    return code is None or any(not _is_idle(each) for each in get_instructions(code))


def _is_idle(instruction: Instruction) -> bool:
    if instruction.opname == "LOAD_ATTR":
        return instruction.argval in ("pk", "id")
    return instruction.opname in _IDLE or instruction.opname.startswith("LOAD_FAST")
