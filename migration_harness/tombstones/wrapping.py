"""A function around another one, with the same parameters, written out.

Note [Written out]: a wrapper that takes ``*args, **kwargs`` makes a dictionary of each call and takes it apart again,
which costs more than all that is counted. So its parameters and the call are written out for each function, as
``dataclasses`` does it. Defaults are the function's own objects.
"""

from inspect import Parameter, signature
from types import FunctionType
from typing import Any, Final

from migration_harness.exceptions import HarnessMisconfigured

_TEXT: Final = """
def make({names}):
    def marked({takes}):
        try:
            _harness_unit = _harness_work()
            if _harness_guard() is not None or _harness_own():
                _harness_cell = _harness_aside(_harness_counted)
            else:
                _harness_cell = _harness_direct if _harness_unit is None else _harness_answers[_harness_unit.path]
            if _harness_cell.is_unseen:
                _harness_look(_harness_cell)
            _harness_cell.count += 1
        except Exception:
            _harness_lose()
        return _harness_function({gives})
    return marked
"""
_PREFIX: Final = "_harness_"


def wrapped(function: FunctionType, **used: Any) -> Any:
    """Return a function that counts and then calls this one.

    ``used`` is what counting needs, by the names of the text without their prefix.
    """
    names = {f"{_PREFIX}{name}": value for name, value in {**used, "function": function}.items()}
    takes, gives = _written_out(function)
    space: dict[str, Any] = {"__name__": __name__}
    text = _TEXT.format(names=", ".join(names), takes=takes, gives=gives)
    exec(compile(text, f"<tombstone of {function.__qualname__}>", "exec"), space)  # noqa: S102  Note [Written out].
    marked = space["make"](**names)
    marked.__defaults__, marked.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    return marked


def function_in(marked: Any) -> FunctionType:
    """Return what a mark stands above. Raises HarnessMisconfigured where that is no function."""
    if not isinstance(marked, FunctionType):
        raise HarnessMisconfigured(
            f"A tombstone marks a function, and {marked!r} is none: put it below @staticmethod, @classmethod and "
            "@property, next to the function."
        )
    return marked


def _written_out(function: FunctionType) -> tuple[str, str]:
    """Return the parameters of a function as text, and how they are passed on."""
    parameters = signature(function, follow_wrapped=False).parameters.values()
    takes: list[str] = []
    gives: list[str] = []
    for before, each in zip((None, *parameters), (*parameters, None), strict=True):
        if before is not None and before.kind is Parameter.POSITIONAL_ONLY and _kind(each) is not before.kind:
            takes.append("/")
        if each is None:
            break
        if each.kind is Parameter.KEYWORD_ONLY and _kind(before) not in (each.kind, Parameter.VAR_POSITIONAL):
            takes.append("*")
        takes.append(f"{_STARS.get(each.kind, '')}{each.name}")
        gives.append(_given(each))
    return ", ".join(takes), ", ".join(gives)


_STARS: Final[dict[Any, str]] = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}


def _given(parameter: Parameter) -> str:
    if parameter.kind is Parameter.KEYWORD_ONLY:
        return f"{parameter.name}={parameter.name}"
    return f"{_STARS.get(parameter.kind, '')}{parameter.name}"


def _kind(parameter: Parameter | None) -> Any:
    return None if parameter is None else parameter.kind
