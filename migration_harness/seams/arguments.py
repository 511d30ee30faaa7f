"""The arguments of a compared call: the other side gets its own, and a change of them is seen.

Note [Own arguments]: what nobody can change is passed as it is, so most calls cost a look at the types. Else the side
that answers runs first, on the caller's arguments, and the other one on copies made before: neither sees what the
other one did. Whoever changes an argument in place gives the verdict ``blocked``, with the argument's name: the caller
holds it too, so with the other side in its place the caller would hold something else. An argument that cannot be
copied (a lock, a file, a generator) is handed over as it is and watched, except for money and ``pure`` seams: there
the other side does not run, and the verdict says so.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from migration_harness.comparing.owning import ATOMIC_KINDS, Memo, is_atomic, own
from migration_harness.comparing.state import State
from migration_harness.passing import passes
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
    # One guard for all that is looked at before, and one for all that is after: each costs a call a microsecond.
    before: _Before = observe_guarded(_Before, (args, kwargs), {})[0]
    copies = before.copies
    answer = first(answering, args, kwargs)
    if copies.shared and guaranteed:
        compared: Observed = (None, None, 0, f"argument {copies.shared}, which cannot be copied")
    else:
        if copies.shared:
            # The side that answers may have changed it.
            observe_guarded(before.watch_copies, (), {})
        compared = observe_guarded(other, copies.args, copies.kwargs)
    mine, its, copies = observe_guarded(before.after, (args, kwargs, compared), {})[0]
    return _blaming(mine, answer), _blaming(its, compared), copies


def _blaming(changed: str, observed: Observed) -> Observed:
    """Return the observation, blocked where the side has changed an argument."""
    return (*observed[:3], f"argument {changed}") if changed and observed[3] is None else observed


class _Before:
    """The arguments of a call before any side has seen them, and copies for the other side."""

    def __init__(self, args: Args, kwargs: Kwargs) -> None:
        self._watched = Watched(args, kwargs)
        self.copies = Copies(args, kwargs)
        self.watch_copies()

    def watch_copies(self) -> None:
        """Note what the copies hold."""
        self._watched_copies = Watched(self.copies.args, self.copies.kwargs)

    def after(self, args: Args, kwargs: Kwargs, compared: Observed) -> "tuple[str, str, Copies]":
        """Return what each side has changed, and copies for whoever looks at the call.

        Those that a blocked side had are spent.
        """
        its = self._watched_copies.changed()
        is_spent = its or compared[3] is not None
        return self._watched.changed(), its, Copies(args, kwargs) if is_spent else self.copies


_SHARED: Final = object()


class Watched:
    """Arguments, and what they held when this was made; one that cannot be read is not watched."""

    def __init__(self, args: Args, kwargs: Kwargs) -> None:
        self._args = args
        self._kwargs = kwargs
        self._before = {name: state for name, value in _each(args, kwargs) if (state := _read(_state_of, value))}

    def changed(self) -> str:
        """Return the name of an argument that holds something else now; empty if none does."""
        for name, value in _each(self._args, self._kwargs):
            if name in self._before and _read(self._before[name].has_changed, value):
                return name
        return ""


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
        self.args = tuple(mine[place(at)] for at in range(len(args)))
        self.kwargs = {name: mine[name] for name in kwargs}

    def _own(self, name: str, value: Any, memo: Memo) -> Any:
        mine = _read(own, value, memo, otherwise=_SHARED)
        if mine is _SHARED:
            self.shared = name
            return value
        return mine


def _read(read: Callable[..., Any], *args: Any, otherwise: Any = None) -> Any:
    """Return what is read of a value of the host, ``otherwise`` where that cannot be had."""
    try:
        return read(*args)
    except BaseException as error:
        if passes(error):
            raise
        return otherwise


def _state_of(value: Any) -> State | None:
    return None if is_atomic(value) else State(value)


def _each(args: Args, kwargs: Kwargs) -> Iterator[tuple[str, Any]]:
    yield from ((place(at), value) for at, value in enumerate(args))
    yield from kwargs.items()


def place(at: int) -> str:
    """Return how an argument is called that was passed by position."""
    return f"#{at + 1}"
