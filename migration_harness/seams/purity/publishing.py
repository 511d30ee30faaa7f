"""A guarded side publishes no task: Celery by every route, from when somebody imports it."""

from typing import Final

from migration_harness.arriving import once_imported
from migration_harness.seams.purity.hooks import hook, refusing

_CHANNEL: Final = (
    "basic_consume", "basic_get", "basic_publish", "exchange_declare", "exchange_delete", "queue_bind", "queue_declare",
    "queue_delete", "queue_purge", "queue_unbind",
)  # fmt: skip
"""Of what is no broker by AMQP; that one's channel writes to a socket."""


def watch() -> None:
    """Have all of it ask the guard."""
    once_imported("celery.app", _watch_celery)


def _watch_celery() -> None:
    from celery import Celery  # noqa: PLC0415  A host may have no Celery.
    from celery.app.task import Task  # noqa: PLC0415
    from celery.canvas import Signature  # noqa: PLC0415
    from kombu.messaging import Producer  # noqa: PLC0415
    from kombu.transport.virtual.base import Channel  # noqa: PLC0415

    for owner, names in (
        (Celery, ("send_task",)),
        (Task, ("apply_async", "delay")),
        (Signature, ("apply_async", "delay")),
        (Producer, ("publish",)),
        (Channel, _CHANNEL),
    ):
        hook(owner, names, refusing("task"))
