"""Values as text that become the same values again in another process.

Note [Carried]: no pickle. What is written down names classes of the host, and reading it makes their instances without
any help: no ``__init__``, no ``__reduce__``, no property runs, neither here nor there; only what is in a set or a key
is asked for its hash, and that under guard. So a value is carried by what it holds. What holds something of this
process (a lock, a file, a generator, a connection) is not, nor what would have to be asked first (a QuerySet, a lazy
object that nobody has looked at), nor a secret, nor what is too large. Of a model's instance its columns are carried as
they are at the call, and the related instances that it holds.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from enum import Enum, Flag
from typing import Any, Final

from django.db.models import Manager, Model, QuerySet
from django.db.models.query import RawQuerySet

from migration_harness.comparing.stored import declares, held_by, holds_all, name_of
from migration_harness.log.scalars import full_name
from migration_harness.seams.arguments import place
from migration_harness.seams.binding import Args, Kwargs
from migration_harness.seams.deferred.kinds import BASES, SCALARS, has_its_name
from migration_harness.secret import Secret

MOST_VALUES: Final = 2_000
"""Values of one call or result, in all: its caller waits for them."""
MOST_CHARACTERS: Final = 200_000
"""Characters and bytes of its texts, in all."""
MOST_BITS: Final = 10_000
"""Of a whole number: beyond some thousand digits Python writes none."""
MOST_DEPTH: Final = 20

ELEMENTS: Final[dict[str, Any]] = {each.__name__: each for each in (tuple, set, frozenset)}
MAPPINGS: Final[dict[str, Any]] = {each.__name__: each for each in (dict, OrderedDict, Counter)}
_LAZY: Final = (QuerySet, RawQuerySet, Manager)
_NOT_KEPT: Final = frozenset(("_state", "_prefetched_objects_cache"))


class NotCarried(Exception):
    """A value that cannot be written down, by where it is and what it is; nothing of it is told."""


def told(**values: Any) -> dict[str, Any]:
    """Return values as what JSON holds, by what a person calls them. Raises NotCarried."""
    carrying = _Carrying()
    try:
        return {name: carrying.of(value, name, 0) for name, value in values.items()}
    except NotCarried:
        raise
    except Exception as error:
        raise NotCarried(f"{' and '.join(values)}, which cannot be read: {type(error).__name__}") from error


def told_call(args: Args, kwargs: Kwargs) -> dict[str, Any]:
    """Return the arguments of a call: by name, or by place where none was given. Raises NotCarried."""
    return told(**{place(at): value for at, value in enumerate(args)}, **kwargs)


def told_outcome(value: Any, error: BaseException | None) -> dict[str, Any]:
    """Return what a side returned, or of its error what is compared. Raises NotCarried."""
    if error is None:
        return told(result=value)
    kind: type = type(error)
    if isinstance(error, BaseExceptionGroup) or not has_its_name(kind):
        raise NotCarried(f"error, a {name_of(kind)} that cannot be made again")
    held = {name: each for name, each in held_by(error).items() if not name.startswith("__")}
    return told(error=[full_name(kind), list(error.args), held])


class _Carrying:
    def __init__(self) -> None:
        self._values = 0
        self._characters = 0
        self._instances: dict[int, int] = {}
        """Numbers of instances of models, by id: they hold each other in circles."""

    def of(self, value: Any, where: str, depth: int) -> Any:
        kind = type(value)
        self._count(value, kind, where, depth)
        if value is None or kind in (bool, int, float, str):
            return value
        if (scalar := SCALARS.get(kind)) is not None:
            return {"k": kind.__name__, "v": scalar.told(value)}
        if kind is list:
            return self._all(value, where, depth)
        if kind.__name__ in ELEMENTS and kind is ELEMENTS[kind.__name__]:
            return {"k": kind.__name__, "v": self._all(value, where, depth)}
        if kind.__name__ in MAPPINGS and kind is MAPPINGS[kind.__name__]:
            return {"k": kind.__name__, "v": self._pairs(value, where, depth)}
        if kind is deque:
            return {"k": "deque", "v": self._all(value, where, depth), "m": value.maxlen}
        return self._of_host(value, kind, where, depth)

    def _of_host(self, value: Any, kind: Any, where: str, depth: int) -> Any:
        if declares(kind, "_wrapped") and declares(kind, "_setup"):
            return self._unwrapped(value, kind, where, depth)
        if issubclass(kind, (Secret, *_LAZY)) or declares(kind, "__next__") or declares(kind, "__await__"):
            raise NotCarried(f"{where}, a {name_of(kind)}")
        if not has_its_name(kind):
            raise NotCarried(f"{where}, a {name_of(kind)} whose class has no name in a module")
        named = {"c": full_name(kind)}
        if issubclass(kind, Enum):
            by_value = issubclass(kind, Flag)
            return {"k": "member", **named, ("v" if by_value else "n"): value._value_ if by_value else value._name_}
        if issubclass(kind, Model):
            return self._instance(value, where, depth) | named
        held = held_by(value)
        base: Any = next((each for each in BASES if issubclass(kind, each)), None)
        if base is not None and not held:
            return {"k": base.__name__, "v": base.__new__(base, value), **named}
        if issubclass(kind, tuple) and declares(kind, "_fields") and not held:
            return {"k": "named", "v": self._all(tuple.__iter__(value), where, depth), **named}
        if not holds_all(kind):
            raise NotCarried(f"{where}, a {name_of(kind)}")
        return {"k": "object", "v": self._held(held, where, depth), **named}

    def _unwrapped(self, value: Any, kind: type, where: str, depth: int) -> Any:
        """Return what a lazy object of Django stands for, once somebody has looked; until then it wraps a bare one."""
        wrapped = held_by(value).get("_wrapped")
        if type(wrapped) in (object, type(None)):
            raise NotCarried(f"{where}, a {name_of(kind)} that nobody has looked at")
        return self.of(wrapped, where, depth + 1)

    def _instance(self, value: Any, where: str, depth: int) -> dict[str, Any]:
        if id(value) in self._instances:
            return {"k": "same", "v": self._instances[id(value)]}
        self._instances[id(value)] = len(self._instances)
        held = held_by(value)
        state = held["_state"]
        return {
            "k": "instance",
            "s": [state.db, state.adding],
            "v": self._held({name: held[name] for name in held if name not in _NOT_KEPT}, where, depth),
            "r": self._held(held_by(state).get("fields_cache", {}), where, depth),
        }

    def _held(self, held: dict[str, Any], where: str, depth: int) -> dict[str, Any]:
        return {name: self.of(value, f"{where}.{name}", depth + 1) for name, value in held.items()}

    def _all(self, values: Iterable[Any], where: str, depth: int) -> list[Any]:
        return [self.of(value, f"{where}[]", depth + 1) for value in values]

    def _pairs(self, value: Any, where: str, depth: int) -> list[Any]:
        # Keys are the host's words: where a value is, they do not say.
        inner = f"{where}[]"
        return [[self.of(key, inner, depth + 1), self.of(each, inner, depth + 1)] for key, each in value.items()]

    def _count(self, value: Any, kind: type, where: str, depth: int) -> None:
        self._values += 1
        if issubclass(kind, str | bytes | bytearray):
            self._characters += len(value)
        is_long = self._characters > MOST_CHARACTERS or (kind is int and value.bit_length() > MOST_BITS)
        if is_long or self._values > MOST_VALUES or depth > MOST_DEPTH:
            raise NotCarried(f"{where.partition('.')[0].partition('[')[0]}, which is too large")
