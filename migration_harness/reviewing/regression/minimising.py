"""The smallest call that still differs in the same way: greedy, one step after another."""

from collections.abc import Callable, Iterator
from typing import Any, Final

MOST_RUNS: Final = 1_000
"""Tries of one call; then the smallest one so far is taken."""
_PARTS: Final = (1_000, 100, 10, 7, 5, 3, 2)


def minimised(call: dict[str, Any], *, same: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return a call that ``same`` accepts and that no single step makes smaller, within ``MOST_RUNS`` tries.

    ``call`` and what ``same`` is asked about are plain values as JSON has them; ``same(call)`` holds.
    """
    runs = 0
    smaller: dict[str, Any] | None = call
    while smaller is not None:
        call, smaller = smaller, None
        for candidate in _steps(call):
            runs += 1
            if runs > MOST_RUNS:
                return call
            if same(candidate):
                smaller = candidate
                break
    return call


def _steps(value: Any) -> Iterator[Any]:
    """Yield smaller values, the smallest first."""
    match value:
        case bool():
            yield from (False,) if value else ()
        case int():
            yield from _smaller_numbers(value)
        case str():
            yield from (value[:start] + value[end:] for start, end in _cuts(len(value)))
        case list():
            yield from (value[:start] + value[end:] for start, end in _cuts(len(value)))
            for index, inner in enumerate(value):
                yield from ([*value[:index], step, *value[index + 1 :]] for step in _steps(inner))
        case dict():
            yield from ({other: value[other] for other in value if other != key} for key in value)
            for key, inner in value.items():
                yield from (value | {key: step} for step in _steps(inner))
            yield from _gathered(value)


def _gathered(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the same with what one number has given to one before it: where their sum counts, neither gets smaller."""
    numbers = [key for key, inner in value.items() if type(inner) is int and inner >= 0]
    for place, key in enumerate(numbers):
        for other in numbers[place + 1 :]:
            for left in range(min(2, value[other])):
                more = value[key] + value[other] - left
                if len(f"{more}{left}") <= len(f"{value[key]}{value[other]}"):
                    yield value | {key: more, other: left}


def _smaller_numbers(number: int) -> Iterator[int]:
    """Yield 0, 1, parts of this number, then numbers ever nearer to it: half of it, three quarters, and so on.

    Parts, because what is wrong at every thousandth is right at most numbers that are nearer.
    """
    if number < 0:
        yield -number
    if number > 1:
        yield 0
        yield 1
    elif number == 1:
        yield 0
    yield from (number // part for part in _PARTS if number % part == 0 and number > part)
    nearer = abs(number) // 2
    while nearer:
        yield number - nearer if number > 0 else number + nearer
        nearer //= 2


def _cuts(length: int) -> Iterator[tuple[int, int]]:
    """Yield what to cut out of a sequence: all, halves, quarters, single elements."""
    size = length
    while size:
        yield from ((start, min(start + size, length)) for start in range(0, length, size))
        size //= 2
