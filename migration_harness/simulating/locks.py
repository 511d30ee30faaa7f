"""Locks as PostgreSQL gives them: in the order of asking, shared or exclusive, kept until the transaction ends."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

Granted = tuple[Any, Hashable]
"""A session, and the lock that it waited for and has now."""


@dataclass(slots=True)
class _Request:
    session: Any
    is_shared: bool


@dataclass(slots=True)
class _Lock:
    held: list[_Request] = field(default_factory=list)
    waiting: list[_Request] = field(default_factory=list)


class Locks:
    """Who holds what, and who waits for it. A session is anything; it waits for one lock at a time.

    Rows and advisory locks alike: the rows' modes that the protocol uses exclude each other.
    """

    def __init__(self) -> None:
        self._locks: defaultdict[Hashable, _Lock] = defaultdict(_Lock)
        self._waits_for: dict[Any, Hashable] = {}

    def take(self, session: Any, key: Hashable, *, is_shared: bool = False) -> bool:
        """Take a lock where it is free; False puts the session into the queue."""
        lock, request = self._locks[key], _Request(session, is_shared)
        if any(each.session is session and (is_shared or not each.is_shared) for each in lock.held):
            lock.held.append(request)
            return True
        ahead = [each for each in (*lock.held, *lock.waiting) if each.session is not session]
        if all(is_shared and each.is_shared for each in ahead):
            lock.held.append(request)
            return True
        lock.waiting.append(request)
        self._waits_for[session] = key
        return False

    def is_waiting(self, session: Any) -> bool:
        """Tell whether a session is still in a queue."""
        return session in self._waits_for

    def give_up(self, session: Any) -> list[Granted]:
        """Take a session out of its queue; returns who has got a lock by it."""
        key = self._waits_for.pop(session, None)
        if key is None:
            return []
        lock = self._locks[key]
        lock.waiting = [each for each in lock.waiting if each.session is not session]
        return list(self._granted(key))

    def release(self, session: Any, keys: list[Hashable]) -> list[Granted]:
        """Give these locks back, each once for each time in the list; returns who has got a lock by it."""
        served: list[Granted] = []
        for key in keys:
            lock = self._locks[key]
            mine = next(number for number, each in enumerate(lock.held) if each.session is session)
            del lock.held[mine]
            served += self._granted(key)
        return served

    def blockers(self, session: Any) -> list[Any]:
        """Return the sessions in the way of one that waits: those who hold the lock, and those before it."""
        key = self._waits_for.get(session)
        if key is None:
            return []
        lock = self._locks[key]
        before: list[_Request] = []
        for each in lock.waiting:
            if each.session is session:
                mine = each
                break
            before.append(each)
        in_the_way = [each for each in (*lock.held, *before) if not (each.is_shared and mine.is_shared)]
        return list(dict.fromkeys(each.session for each in in_the_way if each.session is not session))

    def is_deadlock(self, session: Any) -> bool:
        """Tell whether a session that waits waits for itself, by way of others."""
        seen: set[int] = set()
        ahead = self.blockers(session)
        while ahead:
            other = ahead.pop()
            if other is session:
                return True
            if id(other) not in seen:
                seen.add(id(other))
                ahead += self.blockers(other)
        return False

    def _granted(self, key: Hashable) -> Iterator[Granted]:
        lock = self._locks[key]
        while lock.waiting:
            first = lock.waiting[0]
            others = [each for each in lock.held if each.session is not first.session]
            if not all(first.is_shared and each.is_shared for each in others):
                return
            lock.held.append(lock.waiting.pop(0))
            del self._waits_for[first.session]
            yield first.session, key
        if not lock.held:
            del self._locks[key]
