"""The arguments of a call by name, bound by the control's signature, and how what a seam declares gets them."""

from collections.abc import Callable, Mapping
from dis import Instruction, get_instructions
from inspect import Parameter, signature
from typing import Any, Final, TypeAlias

Args: TypeAlias = tuple[Any, ...]
Kwargs: TypeAlias = dict[str, Any]

_BY_POSITION: Final = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_NOT_BY_NAME: Final = (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL)


class Binding:
    """The parameters of a seam's control.

    Callers may pass an argument by position or by name: subject, group, oracle, sample and exported test see it under
    its name. A control whose signature cannot be read (some builtins) is called as it is, and only what was passed by
    name has one.
    """

    def __init__(self, control: Callable[..., Any]) -> None:
        parameters = _parameters_of(control)
        self.names = frozenset(name for name, each in parameters.items() if each.kind is not Parameter.VAR_KEYWORD)
        self._by_position = tuple(name for name, each in parameters.items() if each.kind in _BY_POSITION)
        self._rest = next((name for name, each in parameters.items() if each.kind is Parameter.VAR_POSITIONAL), "")
        self.defaults = {name: each.default for name, each in parameters.items() if each.default is not each.empty}
        """Of the parameters that have one."""

    def named(self, args: Args, kwargs: Kwargs) -> Kwargs:
        """Return what was passed, by name. What the signature has no room for is left to the sides to refuse."""
        named = dict(zip(self._by_position, args, strict=False))
        if self._rest and len(args) > len(self._by_position):
            named[self._rest] = args[len(self._by_position) :]
        return {**named, **kwargs}

    def complete(self, args: Args, kwargs: Kwargs) -> Kwargs:
        """Return the arguments by name as the control gets them, with its defaults."""
        return {**self.defaults, **(self.named(args, kwargs) if args else kwargs)}

    def adapted(self, declared: Callable[..., Any]) -> Callable[[Args, Kwargs], Any]:
        """Return what a seam declares as a function of a call's ``args`` and ``kwargs``, as they were passed.

        It is given the arguments by name, and only those that it takes; by position where it names them otherwise
        than the control does.
        """
        takes, takes_all = _taken_by(declared)
        if takes is None or not (takes <= self.names or takes_all):
            return lambda args, kwargs: declared(*args, **kwargs)
        if takes_all or takes == self.names:
            if not self.defaults:
                return lambda args, kwargs: declared(**(self.named(args, kwargs) if args else kwargs))
            return lambda args, kwargs: declared(**self.complete(args, kwargs))

        def ask(args: Args, kwargs: Kwargs) -> Any:
            call = self.complete(args, kwargs)
            return declared(**{name: call[name] for name in takes if name in call})

        return ask

    def is_direct(self, declared: Callable[..., Any]) -> bool:
        """Tell whether a call by name alone may go to ``declared`` as it is: it looks at no default that is missing."""
        takes, takes_all = _taken_by(declared)
        if takes is None or not takes.isdisjoint(self.defaults):
            return False
        return takes == self.names or (takes_all and not (self.defaults and _reads_the_rest(declared)))


def _taken_by(declared: Callable[..., Any]) -> tuple[frozenset[str] | None, bool]:
    """Return the names that a function takes, None where it cannot be called by name, and whether it takes any name."""
    parameters = _parameters_of(declared)
    if not parameters or any(each.kind in _NOT_BY_NAME for each in parameters.values()):
        return None, False
    named = frozenset(name for name, each in parameters.items() if each.kind is not Parameter.VAR_KEYWORD)
    return named, len(named) < len(parameters)


def _reads_the_rest(function: Callable[..., Any]) -> bool:
    """Tell whether a function looks at what it takes beside the arguments that it names."""
    (rest,) = (name for name, each in _parameters_of(function).items() if each.kind is Parameter.VAR_KEYWORD)
    code = getattr(function, "__code__", None)
    return code is None or rest in code.co_cellvars or any(_names(each, rest) for each in get_instructions(code))


def _names(instruction: Instruction, variable: str) -> bool:
    """Since Python 3.13 one instruction may load two."""
    found = instruction.argval
    return variable in found if isinstance(found, tuple) else found == variable


def _parameters_of(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    try:
        return signature(function).parameters
    except (TypeError, ValueError):
        return {}
