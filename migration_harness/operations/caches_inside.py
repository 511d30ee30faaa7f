"""Caches as a run finds them that is undone: what it writes is forgotten at once, as any cache may."""

from collections.abc import Callable
from typing import Any, Final

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache

from migration_harness.seams.purity.guard import outside

_READS: Final = frozenset({"get", "has_key", "__contains__"})
_CHANGES: Final = frozenset({"add", "set", "touch", "delete", "incr", "decr"})


class CachesInside:
    """Stands before the caches of one run: reads what others wrote, of the keys that it has not written itself."""

    def __init__(self) -> None:
        self._forgets = DummyCache("inside", {})
        self._written: set[tuple[int, str]] = set()

    @staticmethod
    def answers(name: str) -> bool:
        """Tell whether a function of a cache is answered here; what is not is the guard's."""
        return name in _READS or name in _CHANGES

    def answer(self, name: str, cache: BaseCache, real: Callable[[], Any], key: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer by a cache that keeps nothing; ``real`` asks the cache itself."""
        known = (id(cache), str(cache.make_key(key, version=kwargs.get("version"))))
        if name in _READS and known not in self._written:
            return real()
        self._written.add(known)
        return outside(getattr(self._forgets, name), key, *args, **kwargs)
