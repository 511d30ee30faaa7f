"""What surrounds an operation that runs only to be undone: it writes rows, and nothing of it leaves the transaction.

The guard of the seams (:mod:`migration_harness.seams.purity`) asks here for everything that it knows to have an effect,
and the answer is one of three. Rows of the harness's own database are let through: the transaction is rolled back.
Mail, tasks and files are let through to who catches them (:mod:`migration_harness.operations.catching`), and what is
written to a cache stays inside. All else is refused as to a side that does not answer: other databases are read-only,
and threads, processes and the network are nobody's here.
"""

import re
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures import Future as OfPool
from multiprocessing.pool import Pool
from typing import Any, Final

import psycopg
from django.core.cache.backends.base import BaseCache
from django.core.files.storage import Storage
from django.core.mail import EmailMessage
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic
from django.db.utils import ConnectionHandler

from migration_harness.database import alias, connection
from migration_harness.operations.caches_inside import CachesInside
from migration_harness.seams.purity.guard import CLOSED, Guard
from migration_harness.seams.purity.hooks import Rule
from migration_harness.seams.purity.statements import savepoint_of, statements_of

_ENDING: Final = frozenset(("abort", "begin", "commit", "end", "listen", "prepare", "rollback", "start", "unlisten"))
"""What would end the transaction, or outlive it."""
_OF_SESSION: Final = ("pg_advisory_lock", "pg_try_advisory_lock", "pg_terminate_backend", "pg_cancel_backend")
_MAY_END: Final = re.compile(rf"\b(?:{'|'.join(_ENDING)})\b|{'|'.join(_OF_SESSION)}", re.IGNORECASE)
"""What a text must have somewhere to be looked at word by word, which most have not."""
_CLOSING: Final = ("close", "_close", "commit", "_commit", "rollback", "_rollback", "connect")
_THREADS: Final = (threading.Thread, Executor, OfPool, Pool)
Original = Callable[..., Any]


class Enclosed:
    """One run inside; ``tried`` is the first thing that was refused, None where nothing was."""

    def __init__(self) -> None:
        self.guard = Guard()
        self.guard.thread = threading.get_ident()
        self.own = alias()
        self.caches = CachesInside()

    @property
    def tried(self) -> str | None:
        """What was refused."""
        return self.guard.blocked

    def leave(self) -> None:
        """Put back what was entered of other databases."""
        self.guard.thread = CLOSED
        self.guard.close()

    def asked(self, rule: Rule, original: Original, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Answer in the place of what is asked about."""
        subject, name = (args[0] if args else None), original.__name__
        if self._is_caught(subject, name):
            return original(*args, **kwargs)
        if isinstance(subject, BaseCache) and self.caches.answers(name):
            return self.caches.answer(
                name, subject, lambda: self._by(rule, original, args, kwargs), *args[1:], **kwargs
            )
        if isinstance(subject, _THREADS):
            self.guard.refuse(f"thread: {type(subject).__name__}.{name}")
        if self._is_own(subject, args):
            self._refuse_ending(subject, name, args, kwargs)
            return original(*args, **kwargs)
        return self._by(rule, original, args, kwargs)

    def _by(self, rule: Rule, original: Original, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return rule(self.guard.here(), original, *args, **kwargs)

    def _is_caught(self, subject: Any, name: str) -> bool:
        """Whether the next one to be called keeps it inside, and tells of it."""
        if isinstance(subject, Storage):
            return name in ("save", "delete", "open", "exists", "size")
        if isinstance(subject, EmailMessage):
            return name == "send"
        return name in ("send_task", "apply_async", "delay") and _is_of_celery(subject)

    def _is_own(self, subject: Any, args: tuple[Any, ...]) -> bool:
        """Whether it is about the database whose transaction is undone."""
        match subject:
            case ConnectionHandler():
                return args[1:] == (self.own,)
            case BaseDatabaseWrapper():
                return bool(subject.alias == self.own)
            case Atomic():
                return (subject.using or "default") == self.own
            case psycopg.Cursor():
                return subject.connection is connection.connection
            case psycopg.Connection():
                return subject is connection.connection
        return False

    def _refuse_ending(self, subject: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if isinstance(subject, BaseDatabaseWrapper | psycopg.Connection) and name in _CLOSING:
            self.guard.refuse(f"connection: {name}")
        if isinstance(subject, psycopg.Cursor) and name in ("execute", "executemany"):
            query = args[1] if len(args) > 1 else kwargs.get("query", "")
            if not isinstance(query, str) or not _MAY_END.search(query):
                return
            for statement in statements_of(query):
                verb = statement.split(maxsplit=1)[0]
                if verb in _ENDING and savepoint_of(statement) is None:
                    self.guard.refuse(f"database: {verb}")
                for function in _OF_SESSION:
                    if f"{function}(" in statement:
                        self.guard.refuse(f"database: {function}")


def _is_of_celery(subject: Any) -> bool:
    return any(each.__module__.startswith("celery.") for each in type(subject).__mro__)
