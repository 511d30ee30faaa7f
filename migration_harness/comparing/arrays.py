"""Arrays of any library, by what all of them have: ``shape``, ``tolist()``, and ``==`` for each element."""

from math import prod
from typing import Any

from migration_harness.comparing.stored import declares


def shape_of(array: Any) -> tuple[int, ...]:
    """Return how long an array is in each direction; raises what reading it raises."""
    shape = getattr(array, "shape", None)
    return (len(array),) if shape is None else tuple(map(int, shape))


def size_of_array(array: Any) -> int:
    """Return how many elements an array has."""
    return prod(shape_of(array))


def are_wholly_equal(control: Any, candidate: Any) -> bool:
    """Tell whether two arrays are equal in the words of their library, with NaN equal to NaN; raises what it raises.

    For arrays that are too large to look into. One of Python's objects does not count: they are asked one by one.
    """
    if declares(type(control), "equals"):
        return bool(control.equals(candidate))
    if "object" in {str(getattr(each, "dtype", "object")) for each in (control, candidate)}:
        return False
    if shape_of(control) != shape_of(candidate):
        return False
    alike = (control == candidate) | ((control != control) & (candidate != candidate))  # noqa: PLR0124  As NaN is.
    return bool(alike.all())
