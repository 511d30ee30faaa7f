"""Judges a history: is there a legal order of its operations, each between its invocation and its completion?

The search of Wing and Gong with Lowe's memory: whatever had begun before anything else ended may come first; a state
that was reached with the same operations done is not tried again. It knows nothing of what it judges but ``steps``.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation as its caller saw it.

    Attributes:
        begun: When it was invoked.
        ended: When it was completed; infinite where nobody was told, and then it may never have taken place.
        steps: The state after it, from the one before; None where what was answered cannot be of that state.
    """

    what: str
    begun: float
    ended: float
    steps: Callable[[Hashable], Hashable | None]


def order_of(history: Sequence[Operation], initial: Hashable) -> list[str] | None:
    """Return an order that explains the history; None where there is none."""
    operations = sorted(history, key=lambda each: each.begun)
    has_to_be = sum(1 << number for number, each in enumerate(operations) if each.ended < inf)
    tried: set[tuple[int, Hashable]] = set()
    way: list[tuple[int, Hashable, list[int]]] = [(0, initial, _possible(operations, 0))]
    order: list[int] = []
    while way:
        done, state, left = way[-1]
        if done & has_to_be == has_to_be:
            return [operations[number].what for number in order]
        if not left:
            way.pop()
            if order:
                order.pop()
            continue
        number = left.pop(0)
        after = operations[number].steps(state)
        then = done | 1 << number
        if after is not None and (then, after) not in tried:
            tried.add((then, after))
            order.append(number)
            way.append((then, after, _possible(operations, then)))
    return None


def _possible(operations: Sequence[Operation], done: int) -> list[int]:
    """Return what may come next: it had begun before any of the others that are left ended."""
    left = [number for number in range(len(operations)) if not done >> number & 1]
    first_end = min((operations[number].ended for number in left), default=inf)
    return [number for number in left if operations[number].begun <= first_end]
