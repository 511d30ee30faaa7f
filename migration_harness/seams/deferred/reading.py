"""Values made again of what was carried. Note [Carried] in :mod:`migration_harness.seams.deferred.carrying`."""

from collections import deque
from collections.abc import Mapping
from enum import Enum
from inspect import getattr_static
from types import MemberDescriptorType
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState

from migration_harness.seams.binding import Args, Kwargs
from migration_harness.seams.deferred.carrying import ELEMENTS, MAPPINGS
from migration_harness.seams.deferred.kinds import BASES, BY_NAME, class_named


class NotReadable(Exception):
    """What this process cannot make again: the class of it is not loaded here, or is another one by now."""


def read(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of what was told. Raises NotReadable."""
    reading = _Reading()
    try:
        return {name: reading.of(each) for name, each in told.items()}
    except NotReadable:
        raise
    except Exception as error:
        raise NotReadable(f"a value cannot be made again: {type(error).__name__}") from error


def read_call(told: Mapping[str, Any]) -> tuple[Args, Kwargs]:
    """Return arguments as they were passed, each time others. Raises NotReadable."""
    found = read(told)
    args = [found.pop(name) for name in list(found) if name.startswith("#")]
    return tuple(args), found


def read_outcome(told: Mapping[str, Any]) -> tuple[Any, BaseException | None]:
    """Return what a side returned, or its error without a traceback. Raises NotReadable."""
    found = read(told)
    if "error" not in found:
        return found["result"], None
    name, args, held = found["error"]
    kind = _class(name, BaseException)
    error: BaseException = kind.__new__(kind, *args)
    # Set past its own ``__init__``, which may do anything.
    error.args = tuple(args)
    _fill(error, held)
    return None, error


class _Reading:
    def __init__(self) -> None:
        self._instances: list[Any] = []

    def of(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self.of(each) for each in told]
        if not isinstance(told, dict):
            return told
        kind: str = told["k"]
        value: Any = told.get("v")
        if "c" in told and kind != "same":
            return self._of_host(kind, told, value)
        if kind in BY_NAME:
            return BY_NAME[kind].made(value)
        if kind in ELEMENTS:
            return ELEMENTS[kind](self.of(value))
        if kind in MAPPINGS:
            return MAPPINGS[kind]({self.of(key): self.of(each) for key, each in value})
        if kind == "deque":
            return deque(self.of(value), told["m"])
        if kind == "same":
            return self._instances[value]
        raise NotReadable(f"a value of the kind {kind}")

    def _of_host(self, kind: str, told: dict[str, Any], value: Any) -> Any:
        name = told["c"]
        if kind == "member":
            members = _class(name, Enum)
            return members[told["n"]] if "n" in told else members(value)
        if kind == "instance":
            return self._instance(_class(name, Model), told)
        if kind == "named":
            return tuple.__new__(_class(name, tuple), self.of(value))
        for base in BASES:
            if kind == base.__name__:
                return base.__new__(_class(name, base), value)
        if kind != "object":
            raise NotReadable(f"a value of the kind {kind}")
        made = object.__new__(_class(name, object))
        _fill(made, self._held(value))
        return made

    def _instance(self, kind: Any, told: dict[str, Any]) -> Any:
        made = Model.__new__(kind)
        self._instances.append(made)
        state = ModelState()
        state.db, state.adding = told["s"]
        vars(made)["_state"] = state
        vars(made).update(self._held(told["v"]))
        if related := self._held(told["r"]):
            state.fields_cache = related
        return made

    def _held(self, told: dict[str, Any]) -> dict[str, Any]:
        return {name: self.of(each) for name, each in told.items()}


def _class(name: str, base: type) -> Any:
    found = class_named(name)
    if found is None or not issubclass(found, base):
        raise NotReadable(f"no class of that name is loaded here: {name}")
    return found


def _fill(made: Any, held: dict[str, Any]) -> None:
    """Set what an object holds, past what its class would do."""
    kind = type(made)
    for name, value in held.items():
        slot = getattr_static(kind, name, None)
        if type(slot) is MemberDescriptorType:
            slot.__set__(made, value)
        else:
            vars(made)[name] = value
