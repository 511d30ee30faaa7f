"""A module that offers names of other modules, and imports one of those when a name of it is asked for.

A name that was asked for is an attribute like any other: asking again costs nothing more.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


class _Offering(ModuleType):
    """A package that offers a name which a submodule has, too: importing that one does not hide what is offered."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and name in self.__dict__["_homes"]):
            super().__setattr__(name, value)


def offered(module: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of ``module``.

    ``names`` says for a module of the harness what of it is offered, between
    spaces; ``NAME=ITS_NAME`` where that has another name here.
    """
    homes: dict[str, tuple[str, str]] = {}
    for home, texts in names.items():
        for text in texts.split():
            name, _, its_name = text.partition("=")
            homes[name] = (home, its_name or name)
    offering = sys.modules[module]
    offering.__dict__["_homes"] = homes
    offering.__class__ = _Offering

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        home, its_name = homes[name]
        found = offering.__dict__[name] = getattr(import_module(f"migration_harness.{home}"), its_name)
        return found

    return get
