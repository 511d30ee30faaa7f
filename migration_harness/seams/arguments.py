"""The arguments of a compared call: the other side gets its own, and a change of them is seen.

Note [Own arguments]: what nobody can change is passed as it is, so most calls cost a look at the types. Else the side
that answers runs first, on the caller's arguments, and the other one on copies made before: neither sees what the
other one did. Whoever changes an argument in place gives the verdict ``blocked``, with the argument's name: the caller
holds it too, so with the other side in its place the caller would hold something else. An argument that cannot be
copied (a lock, a file, a generator) is handed over as it is and watched, except for money and ``pure`` seams: there
the other side does not run, and the verdict says so.
"""

from collections.abc import Callable, Iterator
from typing import Any

from migration_harness.comparing.owning import ATOMIC_KINDS, CannotBeCopied, Memo, is_atomic, own
from migration_harness.comparing.state import State
from migration_harness.seams.binding import Args, Kwargs
from migration_harness.seams.sides import Observed, Side, observe, observe_guarded


def are_atomic(args: Args, kwargs: Kwargs) -> bool:
    """Tell whether nobody can change these arguments. The hot path: types first."""
    for value in (*args, *kwargs.values()) if args else kwargs.values():
        if type(value) not in ATOMIC_KINDS and not is_atomic(value):
            return False
    return True


def observe_apart(
    answering: Side,
    other: Side,
    args: Args,
    kwargs: Kwargs,
    *,
    guaranteed: bool,
    first: Callable[[Side, Args, Kwargs], Observed] = observe,
) -> tuple[Observed, Observed, "Copies"]:
    """Run both sides, each on arguments of its own; returns what they did, and copies for whoever looks at the call.

    ``guaranteed``: the other side does not run where an argument cannot be copied. ``first`` runs the answering side.
    """
    watched = observe_guarded(Watched, (args, kwargs), {})[0]
    copies = _copies(args, kwargs)
    answer = first(answering, args, kwargs)
    if copies.shared and guaranteed:
        compared: Observed = (None, None, 0, f"argument {copies.shared}, which cannot be copied")
    else:
        before = observe_guarded(Watched, (copies.args, copies.kwargs), {})[0]
        compared = _blaming(before, observe_guarded(other, copies.args, copies.kwargs))
        if compared[3] is not None:
            copies = _copies(args, kwargs)
    return _blaming(watched, answer), compared, copies


def _copies(args: Args, kwargs: Kwargs) -> "Copies":
    made: Copies | None = observe_guarded(Copies, (args, kwargs), {})[0]
    return made or Copies((), {}, shared="#1")


def _blaming(watched: "Watched | None", observed: Observed) -> Observed:
    """Return the observation, blocked where the side has changed an argument."""
    if watched is None or observed[3] is not None:
        return observed
    changed = observe_guarded(watched.changed, (), {})[0]
    return (*observed[:3], f"argument {changed}") if changed else observed


class Watched:
    """Arguments, and what they held when this was made."""

    def __init__(self, args: Args, kwargs: Kwargs) -> None:
        self._args = args
        self._kwargs = kwargs
        self._before = {name: State(value) for name, value in _each(args, kwargs) if not is_atomic(value)}

    def changed(self) -> str:
        """Return the name of an argument that holds something else now; empty if none does."""
        watched = ((name, value) for name, value in _each(self._args, self._kwargs) if name in self._before)
        return next((name for name, value in watched if self._before[name].differs(State(value))), "")


class Copies:
    """Arguments that nobody else holds.

    Attributes:
        args: By position.
        kwargs: By name.
        shared: The name of an argument that could not be copied and is the caller's; empty if all were.
    """

    def __init__(self, args: Args, kwargs: Kwargs, *, shared: str = "") -> None:
        self.shared = shared
        memo: Memo = {}
        mine = {name: self._own(name, value, memo) for name, value in _each(args, kwargs)}
        self.args = tuple(mine[_place(at)] for at in range(len(args)))
        self.kwargs = {name: mine[name] for name in kwargs}

    def _own(self, name: str, value: Any, memo: Memo) -> Any:
        try:
            return own(value, memo)
        except CannotBeCopied:
            self.shared = name
            return value


def _each(args: Args, kwargs: Kwargs) -> Iterator[tuple[str, Any]]:
    yield from ((_place(at), value) for at, value in enumerate(args))
    yield from kwargs.items()


def _place(at: int) -> str:
    return f"#{at + 1}"
