"""Files, mail and tasks of an operation: their functions tell what they did, where one is recorded."""

from collections.abc import Callable, Iterator
from functools import wraps
from hashlib import sha256
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import Storage
from django.core.mail import EmailMessage

from migration_harness.arriving import once_imported
from migration_harness.operations.effects import StepKind
from migration_harness.operations.files_inside import Inside
from migration_harness.operations.plain import digest_of, plain
from migration_harness.operations.under_way import add, current, trial

_WATCHED: Final[set[type[Any]]] = set()
Original = Callable[..., Any]


def watch() -> None:
    """Have them tell; once in a process, before the first recording."""
    once_imported("celery.app", _watch_celery)
    _wrap(EmailMessage, "send", _send_mail)
    watch_storages()


def _watch_celery() -> None:
    from celery import Celery  # noqa: PLC0415  A host may have no Celery.

    _wrap(Celery, "send_task", _send_task)


def watch_storages() -> None:
    """Have every kind of storage tell that there is by now."""
    kinds: list[type[Any]] = [Storage, *_below(Storage)]
    for kind in kinds:
        if kind not in _WATCHED:
            _WATCHED.add(kind)
            for name, telling in _TELLING:
                if name in vars(kind):
                    _wrap(kind, name, telling)


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _wrap(owner: type[Any], name: str, telling: Callable[..., Any]) -> None:
    original = vars(owner)[name]

    @wraps(original)
    def told(self: Any, *args: Any, **kwargs: Any) -> Any:
        if (current.get() is None and trial.get() is None) or isinstance(self, Inside):
            return original(self, *args, **kwargs)
        return telling(original, self, *args, **kwargs)

    setattr(owner, name, told)


def _send_task(original: Original, app: Any, name: str, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
    sent = None if trial.get() else original(app, name, args, kwargs, **options)
    add(StepKind.TASK, name, lambda: {"args": plain(args or ()), "kwargs": plain(kwargs or {})})
    return sent


def _send_mail(original: Original, mail: EmailMessage, *args: Any, **kwargs: Any) -> Any:
    sent = 1 if trial.get() else original(mail, *args, **kwargs)
    add(StepKind.MAIL, str(mail.subject), lambda: _letter(mail))
    return sent


def _letter(mail: EmailMessage) -> dict[str, Any]:
    """Tell of a mail how many get it and what it says, not who they are."""
    return {"recipients": len(mail.recipients()), "body": digest_of(str(mail.body).encode())}


def _save(original: Original, storage: Storage, name: str, content: Any, *args: Any, **kwargs: Any) -> Any:
    there = bool(name) and storage.exists(name)
    if (tried := trial.get()) is None:
        kept = original(storage, name, content, *args, **kwargs)
    else:
        kept = tried.files.of(storage).save(name, content, *args, **kwargs)
    # Where a storage gives no other name to what is there already, one file took the other's place.
    add(StepKind.FILE, kept, lambda: {"content": _digest(content), "replaced": there and kept == name})
    return kept


def _delete(original: Original, storage: Storage, name: str, *args: Any, **kwargs: Any) -> Any:
    tried, done = trial.get(), None
    if tried is None:
        done = original(storage, name, *args, **kwargs)
    else:
        tried.files.of(storage).delete(name, *args, **kwargs)
    add(StepKind.FILE_DELETED, name, dict)
    return done


def _read(original: Original, storage: Storage, *args: Any, **kwargs: Any) -> Any:
    """Of a run that is undone what it wrote is inside; who is only recorded reads as ever."""
    if (tried := trial.get()) is None:
        return original(storage, *args, **kwargs)
    return getattr(tried.files.of(storage), original.__name__)(*args, **kwargs)


_TELLING: Final = (("save", _save), ("delete", _delete), ("open", _read), ("exists", _read), ("size", _read))


def _digest(content: Any) -> dict[str, Any] | None:
    """Return the digest of a file's content; None where it can be read only once."""
    if not isinstance(content, File) or not content.seekable():
        return None
    content.seek(0)
    found, length = sha256(), 0
    for piece in content.chunks():
        data = piece if isinstance(piece, bytes) else piece.encode()
        found.update(data)
        length += len(data)
    return {"$sha256": found.hexdigest(), "length": length}
