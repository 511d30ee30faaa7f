"""What passes through a seam, because it concerns the whole process and not one side.

That is an interrupt, a time limit, and the end of a run that is undone.

Everything else that the side which does not answer raises, and everything that a seam's own functions raise, is part
of what is compared: a panic of an extension module, ``SystemExit`` and ``GeneratorExit`` as well.
"""

import asyncio
from functools import cache
from typing import Final

from django.utils.module_loading import import_string

from migration_harness.arriving import once_imported
from migration_harness.conf import setting
from migration_harness.exceptions import HarnessMisconfigured

_celerys: Final[list[type[BaseException]]] = []


class RunGivenUp(BaseException):
    """A run that is undone in any case has to end now: somebody waits for what it holds, or its time is over."""


@cache
def passing_classes() -> tuple[type[BaseException], ...]:
    """Return the classes that pass: an interrupt, the time limit of Celery, and those of ``HARNESS["PASSING"]``.

    A host names there, by dotted path, the time limit of another kind of worker or what its own signal handler
    raises. Raises HarnessMisconfigured for what is no exception class.
    """
    return (KeyboardInterrupt, RunGivenUp, *_celerys, *(_class_at(path) for path in setting("PASSING", ())))


def passes(error: BaseException) -> bool:
    """Tell whether an exception concerns the whole process.

    A cancellation does where it is that of the task which called; another one is the side's own affair.
    """
    return isinstance(error, passing_classes()) or (isinstance(error, asyncio.CancelledError) and _is_cancelled())


def _is_cancelled() -> bool:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0


def _class_at(path: str) -> type[BaseException]:
    try:
        found = import_string(path)
    except ImportError as error:
        raise HarnessMisconfigured(f'HARNESS["PASSING"] names {path!r}, which cannot be imported: {error}') from error
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise HarnessMisconfigured(f'HARNESS["PASSING"] names {path!r}, which is no exception class.')
    return found


def _add_celerys() -> None:
    from celery.exceptions import SoftTimeLimitExceeded  # noqa: PLC0415  A host may have no Celery.

    _celerys.append(SoftTimeLimitExceeded)
    passing_classes.cache_clear()


# Where nobody has imported it, nobody raises it.
once_imported("celery.exceptions", _add_celerys)
