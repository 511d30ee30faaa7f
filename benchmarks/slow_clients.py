"""Seconds from sending a rollback over HTTP until it is acknowledged, beside two hundred slow connections."""

# @legacy file

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from benchmarks.timing import Figure
from tests.slow_clients import KINDS, SlowClients

FLAG = "model-based-credits"
ROUNDS = 15
PATIENCE_SECONDS = 25.0
"""What was not acknowledged by then counts as that."""
_START_SECONDS = 60.0
OURS = ("--config", "python:igny8_core.web.config")
PLAIN = ("--workers", "2", "--threads", "8", "--log-level", "critical")
"""Gunicorn's own threads, in the same number."""


def figures() -> dict[str, Figure]:
    """Measure our web server, and Gunicorn's own threads, which are asked once: they do not answer."""
    return {
        "rollback over HTTP": _measured(OURS, rounds=ROUNDS),
        "rollback over HTTP, Gunicorn's threads": _measured(PLAIN, rounds=1),
    }


def _measured(options: tuple[str, ...], *, rounds: int) -> Figure:
    from benchmarks.flags import open_gates
    from migration_harness.control.flips import FlagChange, change_flag
    from migration_harness.deciding.source import decide

    open_gates()
    token = _token_of_an_operator()
    decide(FLAG, 1)  # So that there is a process that has to acknowledge.
    seconds = []
    with _web_server(options) as port, SlowClients(port, *KINDS.values()):
        for _ in range(rounds):
            change_flag(name=FLAG, change=FlagChange(everyone=True), actor="benchmarks")
            seconds.append(_seconds_of_a_rollback(port, token))
    return Figure(median=median(seconds), best=min(seconds), unit="s")


def _seconds_of_a_rollback(port: int, token: str) -> float:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    start = time.perf_counter()
    try:
        web.request("POST", f"/api/v1/migration/flags/{FLAG}/rollback/", headers={"Authorization": f"Token {token}"})
        proof = json.load(web.getresponse())["data"]["proof"]
    except TimeoutError:
        return PATIENCE_SECONDS
    finally:
        web.close()
    taken = time.perf_counter() - start
    if not (proof["holds"] and proof["acknowledged"]):
        raise RuntimeError(f"The rollback was not acknowledged: {proof}")
    return taken


def _token_of_an_operator() -> str:
    from igny8_core.auth.models import User
    from migration_harness.tokens.holding import make_token

    operator, _ = User.objects.get_or_create(username="benchmarks", is_staff=True, is_superuser=True)
    name = operator.get_username()
    return make_token(username=name, name="benchmarks", scopes=["operate"], actor=name).text.secret


@contextmanager
def _web_server(options: tuple[str, ...]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", "igny8_core.wsgi"]
    server = subprocess.Popen(command, stdout=sys.stderr, env=os.environ | {"IGNY8_LOG_LEVEL": "ERROR"})
    try:
        _wait_for(port)
        yield port
    finally:
        # At once: what slow clients have begun is not waited for.
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        web = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
        try:
            web.request("GET", "/admin/login/")
            web.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
        finally:
            web.close()
    raise RuntimeError(f"The web server did not start within {_START_SECONDS} seconds.")
