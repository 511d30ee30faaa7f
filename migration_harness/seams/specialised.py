"""A seam's call with the parameters of its control, written out.

Note [Specialised]: a call that takes ``*args, **kwargs`` makes a dictionary of its arguments and has it taken apart
again by the side, which costs as much as the decision. So the call of a seam is written out for the names that its
control takes, with what :func:`~migration_harness.deciding.source.decisions_of` does where it has least to do. It is
for a call by exactly these names; any other call, and whatever goes wrong with a decision, goes to ``Seam``'s own,
which is given the arguments as they were passed, and tells the fault.
"""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Final

from migration_harness.deciding import source, unit_of_work
from migration_harness.passing import passes

if TYPE_CHECKING:
    from migration_harness.seams.seam import Seam

_TEXT: Final = """
def make({names}):
    def __call__(_harness_seam, /, *_harness_args, {takes}, **_harness_rest):
        if _harness_args or _harness_rest or {misses}:
            return _harness_general(_harness_seam, *_harness_args, **_harness_given({told}), **_harness_rest)
        try:
            _harness_newest = (_harness_source._source or _harness_source.source()).newest()
            _harness_unit = _harness_work()
            if _harness_newest is not None and (_harness_unit is None or _harness_unit.pinned is _harness_newest):
                _harness_decisions = _harness_newest.decisions[_harness_seam.flag]
            else:
                _harness_decisions = _harness_source.decisions_of(_harness_seam.flag)
            _harness_subject, _harness_decision = None, _harness_decisions.for_all
            if _harness_decision is None:
                _harness_subject = _harness_seam.declared_subject({gives})
                _harness_decision = _harness_decisions[_harness_subject]
        except Exception as _harness_error:
            if _harness_passes(_harness_error):
                raise
            return _harness_general(_harness_seam, {gives})
        if _harness_decision.compared:
            return _harness_seam.perhaps_compared(_harness_subject, _harness_decision, (), {told}, None)
        if _harness_decision.in_cohort:
            return _harness_seam.candidate({gives})
        return _harness_seam.control({gives})
    return __call__
"""
_ABSENT: Final = object()
_BY_NAME: Final = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def specialise(seam: "Seam[Any, Any]") -> None:
    """Give a seam a call of its own where it can have one: a class of its own, because Python asks the class."""
    kind = type(seam)
    names = _names_of(seam.control)
    if names and seam.subject_is_direct and not seam.money and not seam.foreseen:
        body = {"__call__": _written_out(names, general=kind.__call__), "__module__": kind.__module__}
        seam.__class__ = type(kind.__name__, (kind,), body)


def _names_of(control: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names that a control takes; none where a call may leave one out, or cannot name one."""
    try:
        parameters = signature(control).parameters.values()
    except (TypeError, ValueError):
        return ()
    if all(each.kind in _BY_NAME and each.default is each.empty for each in parameters):
        return tuple(each.name for each in parameters)
    return ()


def _written_out(names: tuple[str, ...], *, general: Callable[..., Any]) -> Callable[..., Any]:
    used = {
        "_harness_absent": _ABSENT,
        "_harness_general": general,
        "_harness_given": _given,
        "_harness_passes": passes,
        "_harness_source": source,
        "_harness_work": unit_of_work.current.get,
    }
    text = _TEXT.format(
        names=", ".join(used),
        takes=", ".join(f"{name}=_harness_absent" for name in names),
        misses=" or ".join(f"{name} is _harness_absent" for name in names),
        told=f"{{{', '.join(f'{name!r}: {name}' for name in names)}}}",
        gives=", ".join(f"{name}={name}" for name in names),
    )
    space: dict[str, Any] = {"__name__": __name__}
    exec(compile(text, f"<seam of {', '.join(names)}>", "exec"), space)  # noqa: S102  Note [Specialised].
    call: Callable[..., Any] = space["make"](**used)
    call.__qualname__ = "Seam.__call__"
    return call


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that were passed."""
    return {name: value for name, value in arguments.items() if value is not _ABSENT}
