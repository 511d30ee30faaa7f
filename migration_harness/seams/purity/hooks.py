"""How the guard gets asked: a function is replaced by one that asks first where a guard is active."""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import getattr_static, iscoroutinefunction
from types import ModuleType
from typing import Any

from asgiref.sync import markcoroutinefunction

from migration_harness.seams.purity.guard import Guard, active, enclosure

Rule = Callable[..., Any]
"""Gets the guard of this thread, the original and its arguments, and answers in the original's place."""


def hook(owner: type | ModuleType, names: Iterable[str], rule: Rule) -> None:
    """Have these functions of a module or class ask first.

    Of a class, every definition asks: those of its subclasses too, present and future, so that none gets past by
    overriding. A name that is not there is passed over: versions differ.
    """
    names = tuple(name for name in names if hasattr(owner, name))
    for name in names:
        _replace(owner, name, rule)
    if isinstance(owner, type):
        for each in _subclasses(owner):
            _hook_subclass(each, names, rule)
        _hook_future(owner, names, rule)


def refusing(kind: str) -> Rule:
    """Return the rule that refuses. It names the kind and the function, ``cache: set``, or what it is told exactly."""

    def refuse(guard: Guard, original: Callable[..., Any], *_args: Any, **_kwargs: Any) -> None:
        guard.refuse(kind if ": " in kind else f"{kind}: {original.__name__}")

    return refuse


def _replace(owner: type | ModuleType, name: str, rule: Rule) -> None:
    original = getattr(owner, name)
    if isinstance(getattr_static(owner, name), classmethod):
        setattr(owner, name, classmethod(asking_first(original.__func__, rule)))
        return
    asking: Any = asking_first(original, rule)
    if isinstance(owner, ModuleType):
        # What stands in for a built-in function does not become a method either, where a class keeps it.
        asking = staticmethod(asking)
        _support(owner, original, asking)
    setattr(owner, name, asking)


def asking_first(original: Callable[..., Any], rule: Rule) -> Callable[..., Any]:
    """Return a function that asks the rule where a guard is active, and else is the original."""

    @wraps(original)
    def asking(*args: Any, **kwargs: Any) -> Any:
        if (guard := active.get()) is not None:
            return rule(guard.here(), original, *args, **kwargs)
        if (around := enclosure.get()) is not None:
            return around.asked(rule, original, args, kwargs)
        return original(*args, **kwargs)

    return markcoroutinefunction(asking) if iscoroutinefunction(original) else asking


def _support(module: ModuleType, original: object, replaced: object) -> None:
    """``os`` keeps sets of its functions that say what each supports here."""
    for name, functions in vars(module).items():
        if name.startswith("supports_") and isinstance(functions, set) and original in functions:
            functions.add(replaced)


def _hook_subclass(subclass: type[Any], names: tuple[str, ...], rule: Rule) -> None:
    for name in names:
        if callable(vars(subclass).get(name)):
            _replace(subclass, name, rule)
    for each in _subclasses(subclass):
        _hook_subclass(each, names, rule)


def _hook_future(owner: Any, names: tuple[str, ...], rule: Rule) -> None:
    own = vars(owner).get("__init_subclass__")

    def hooked(cls: type[Any], /, **kwargs: Any) -> None:
        if own is None:
            super(owner, cls).__init_subclass__(**kwargs)
        else:
            own.__get__(None, cls)(**kwargs)
        _hook_subclass(cls, names, rule)

    owner.__init_subclass__ = classmethod(hooked)


def _subclasses(owner: Any) -> list[type[Any]]:
    return type.__subclasses__(owner)
