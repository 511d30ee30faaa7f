"""Gunicorn's settings: ``gunicorn --config python:igny8_core.web.config igny8_core.wsgi``; options come before them."""

from typing import Any

from igny8_core.starting import refuse_to_serve

worker_class = "igny8_core.web.worker.BufferingWorker"
logger_class = "igny8_core.web.logs.Logger"
workers = 2
# Of each worker, for ordinary requests; those that must not wait behind them have threads of their own (lanes.py).
threads = 8
# Of each worker. Beyond it whoever has kept us waiting longest is cut, so that there is always room.
worker_connections = 500
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Refuse once, before there is any worker that would be refused, too."""
    refuse_to_serve()
