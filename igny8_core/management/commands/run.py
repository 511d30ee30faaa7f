"""``manage.py run``: the whole service on this machine, until Ctrl-C. This is what ``make run`` calls."""

import http.client
import os
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from igny8_core import embedded
from igny8_core.management.commands.setup import login_line
from igny8_core.preparation import CUSTOMERS, OPERATOR, customer_password, password_file, told_once
from igny8_core.starting import refuse_the_demo
from igny8_core.supervisor import Interruption, Processes, end_group, interruptible
from migration_harness.api import PlainCommand

_HOST = "127.0.0.1"
_REACH_SECONDS = 5
_HEALTHY_SECONDS = 60
_POLL_SECONDS = 0.2
# Its seven lines are about pickled tasks, which this service does not accept.
_CELERY_AS_ROOT = "ignore:You're running the worker with superuser privileges"
_TRACE = "data/azure_llm_inference_conv_2023.csv"
_TRACE_ROWS = 2000
_IMAGES_EVERY = 10


class Command(PlainCommand):
    """Start everything, show where it is, stop everything."""

    help = "Run the service with its database, broker, worker and scheduler until Ctrl-C. PORT is 8000."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take as an option that the database is as it is to be."""
        parser.add_argument(
            "--as-it-is",
            action="store_true",
            help="neither migrate nor seed the database, and show no demo: for a deploy that migrates by itself",
        )

    def handle(self, *, as_it_is: bool = False, **_options: Any) -> None:
        """Stay until a signal comes or a process dies."""
        refuse_the_demo("run")
        with interruptible() as interruption:
            try:
                self._run(interruption, as_it_is=as_it_is)
            except KeyboardInterrupt:
                self._say("Everything is stopped.")
            except embedded.EmbeddedError as error:
                raise CommandError(str(error)) from error

    def _run(self, interruption: Interruption, *, as_it_is: bool) -> None:
        port = _port()
        note = f"process {os.getpid()} at http://{_HOST}:{port}/"
        if other := embedded.owner():
            raise embedded.AlreadyOwned(f"Already running: {other}. Stop it, or set IGNY8_RUN_DIR and PORT.")
        _check_port_is_free(port)
        _check_given_servers_answer()
        self._say(f"Starting PostgreSQL and Valkey{'' if as_it_is else ', migrating and seeding'}.")
        with embedded.hold(owner=note):
            if not as_it_is:
                self._prepare()
            interruption.check()
            rollback_port = _free_port()
            with self._processes(port, rollback_port, interruption) as processes:
                _wait_until_healthy(port, processes)
                if not as_it_is:
                    self._show("demo", environment={**processes.environment, "IGNY8_LOG_LEVEL": "ERROR"})
                interruption.check()
                self._greet(port, rollback_port)
                while not (end := processes.ended()):
                    time.sleep(_POLL_SECONDS)
                raise CommandError(f"{end}. Everything else was stopped too.")

    def _prepare(self) -> None:
        _manage("setup", "--demo", quiet=True)
        self._say(f"Replaying the first {_TRACE_ROWS} calls of {_TRACE}.")
        self._show("harness", "replay", _TRACE, "--limit", str(_TRACE_ROWS), "--images", str(_IMAGES_EVERY))

    def _show(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Run a part of the demo. Where it fails the service goes on: the console is what shows the fault."""
        try:
            _manage(*arguments, environment=environment)
        except CommandError as error:
            self._say(f"{error} The demo is not whole, and the service runs: see its console for what is wrong.")

    @contextmanager
    def _processes(self, port: int, rollback_port: int, interruption: Interruption) -> Iterator[Processes]:
        sandbox_port = int(os.environ.get("SANDBOX_PORT") or _free_port())
        sandbox = {"IGNY8_SANDBOX_URL": f"http://{_HOST}:{sandbox_port}", "SANDBOX_PORT": str(sandbox_port)}
        ports = {"PORT": str(port), "ROLLBACK_PORT": str(rollback_port)}
        environment = {**ports, "PYTHONWARNINGS": _CELERY_AS_ROOT, **sandbox}
        processes = Processes(settings.BASE_DIR / "Procfile", environment=environment)
        try:
            processes.start()
            yield processes
        finally:
            self._say("Stopping.")
            processes.stop(interruption)

    def _say(self, line: str) -> None:
        """Print at once, also into a pipe: somebody waits for this line."""
        self.stdout.write(line)
        self.stdout.flush()

    def _greet(self, port: int, rollback_port: int) -> None:
        self._say("")
        self._say(f"  Console: http://{_HOST}:{port}/migration/")
        self._say(f"  Where it is busy, rollbacks: http://{_HOST}:{rollback_port}/migration/")
        told = told_once("operator")
        self._say(f"  Login: {OPERATOR} / {told}" if told else f"  {login_line()}")
        if customer_password():
            told = told_once("customer") or f"the password in {password_file('customer')}"
            self._say(f"  Customers' pages: http://{_HOST}:{port}/app/")
            self._say(f"  Customers: {' or '.join(CUSTOMERS)} / {told}")
        self._say("  Ctrl-C stops everything.")
        self._say("")
        self._say("")


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise CommandError(f"PORT is {text!r}. It must be a number from 1 to 65535.")
    return int(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _check_port_is_free(port: int) -> None:
    with socket.socket() as probe:
        # As Gunicorn does it: connections that were closed a moment ago are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is not free ({error.strerror}). "
                f"Stop what uses it, or choose another: PORT={port + 1} make run"
            ) from error


def _check_given_servers_answer() -> None:
    """Look at the servers that the environment names, before anything is started or written."""
    if os.environ.get("DATABASE_URL"):
        connection.settings_dict["OPTIONS"].setdefault("connect_timeout", _REACH_SECONDS)
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            raise CommandError(_unreachable("DATABASE_URL", error)) from error
        finally:
            connection.close()
    if os.environ.get("REDIS_URL"):
        try:
            redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=_REACH_SECONDS).ping()
        except (redis.RedisError, OSError) as error:
            raise CommandError(_unreachable("REDIS_URL", error)) from error


def _unreachable(variable: str, error: Exception) -> str:
    reason = " ".join(str(error).split())
    return f"The server of {variable} does not answer: {reason}. Start it, or unset {variable}."


def _manage(*arguments: str, quiet: bool = False, environment: Mapping[str, str] | None = None) -> None:
    """Run a management command in a process of its own, so that nothing of it stays in this one."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        # Ctrl-C reaches this process alone, which then ends the other one without a traceback.
        start_new_session=True,
    )
    try:
        code = process.wait()
    except KeyboardInterrupt:
        end_group(process)
        raise
    if code:
        raise CommandError(f"`manage.py {' '.join(arguments)}` failed with code {code}; see above.")


def _wait_until_healthy(port: int, processes: Processes) -> None:
    deadline = time.monotonic() + _HEALTHY_SECONDS
    while (answer := _health(port)) != "":
        if end := processes.ended():
            raise CommandError(f"{end} before the service was up; its output is above.")
        if time.monotonic() > deadline:
            raise CommandError(f"The service is not healthy after {_HEALTHY_SECONDS} seconds: {answer}")
        time.sleep(_POLL_SECONDS)


def _health(port: int) -> str:
    """Return an empty text when ``/healthz`` answers 200, else what it says."""
    web = http.client.HTTPConnection(_HOST, port, timeout=_REACH_SECONDS)
    try:
        web.request("GET", "/healthz")
        response = web.getresponse()
        body = response.read(500).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"the web server does not answer ({error})"
    finally:
        web.close()
    return "" if response.status == http.client.OK else f"/healthz answers {response.status} {body}"
