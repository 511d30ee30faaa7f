"""What a seam may be made of: functions whose answer is there when they return."""

from collections.abc import Callable
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction, isroutine
from typing import Any

from migration_harness.exceptions import HarnessMisconfigured


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


def _unfinished(function: Callable[..., Any]) -> str:
    while isinstance(function, partial):
        function = function.func
    if not isroutine(function) and not isinstance(function, type):
        function = getattr(function, "__call__", function)  # noqa: B004  An object that is called.
    if iscoroutinefunction(function):
        return "a coroutine function"
    if isasyncgenfunction(function) or isgeneratorfunction(function):
        return "a generator function"
    return ""
