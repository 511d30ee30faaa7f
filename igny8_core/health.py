"""``GET /healthz``: can this installation do its work right now?"""

import psycopg
import redis
from celery import current_app
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

# PostgreSQL's client library takes whole seconds, and at least two.
_CONNECT_SECONDS = 2
_ANSWER_SECONDS = 1.0


def healthz(_request: HttpRequest) -> JsonResponse:
    """Return 200 when the database, the broker and a worker answer, else 503 and which one does not.

    The answer names states only: the text of an error could contain an address or a password.
    """
    states = {"database": database_state(), "broker": broker_state()}
    # Without a broker there is no way to ask a worker, only a way to wait.
    states["worker"] = worker_state() if states["broker"] == "ok" else "unknown"
    healthy = set(states.values()) == {"ok"}
    body = {"status": "ok" if healthy else "failing", **states}
    response = JsonResponse(body, status=200 if healthy else 503, headers={"Cache-Control": "no-store"})
    # A prober that asks every second must not fill the log: Django logs each 503 as an error otherwise.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def database_state() -> str:
    """Say whether a new connection can be made, which an already open one would not tell."""
    parameters = {**connection.get_connection_params(), "connect_timeout": _CONNECT_SECONDS}
    try:
        with psycopg.connect(**parameters) as fresh:
            fresh.execute("SELECT 1")
    except psycopg.Error:
        return "unreachable"
    return "ok"


def broker_state() -> str:
    """Ping the server behind the Celery broker and the cache."""
    timeouts = {"socket_connect_timeout": _ANSWER_SECONDS, "socket_timeout": _ANSWER_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), **timeouts) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "unreachable"
    return "ok"


def worker_state() -> str:
    """Ask all workers, and be content with the first answer."""
    try:
        replies = current_app.control.ping(timeout=_ANSWER_SECONDS, limit=1)
    except (OperationalError, redis.RedisError, OSError):
        return "unreachable"
    return "ok" if replies else "silent"
