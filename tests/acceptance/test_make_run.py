"""``make run`` as a person meets it: it starts, says where it is, and leaves nothing behind."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from igny8_core import embedded
from igny8_core.embedded.folders import server_home
from igny8_core.embedded.processes import wait_until

PROJECT = Path(__file__).parents[2]
START_SECONDS = 600
STOP_SECONDS = 60


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One run folder for all tests of this file, because the first start in it is the slow one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IGNY8_RUN_DIR", str(tmp_path_factory.mktemp("service") / "run"))
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        yield embedded.run_dir()
        embedded.stop()
        for name in ("postgres", "valkey"):
            shutil.rmtree(server_home(name))


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def service(run_dir: Path, port: int) -> Iterator["Service"]:
    service = Service(port)
    yield service
    service.kill_everything()


class Service:
    """One ``manage.py run`` on a port of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.output = ""

    def start(self, *words: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "run", *words],
            cwd=PROJECT,
            env={**plain_environment(), "PORT": str(self.port), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def start_and_wait(self, *words: str, **environment: str) -> None:
        self.start(*words, **environment)
        assert wait_until(lambda: "Ctrl-C stops" in self.output or self.ended(), wait_seconds=START_SECONDS)
        assert not self.ended(), self.output

    def ended(self) -> bool:
        return self.process.poll() is not None

    def get(self, path: str, *, port: int | None = None) -> tuple[int, str]:
        web = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        web.request("GET", path)
        response = web.getresponse()
        return response.status, response.read().decode()

    def environment_of(self, program: str) -> dict[str, str]:
        """The environment of one of the service's processes."""
        return next(p.environ() for p in processes_of_the_run_dir() if any(program in w for w in p.cmdline()))

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=STOP_SECONDS)

    def kill_everything(self) -> None:
        for process in processes_of_the_run_dir():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        assert wait_until(lambda: not processes_of_the_run_dir(), wait_seconds=STOP_SECONDS)
        if hasattr(self, "process"):
            self.process.wait(timeout=STOP_SECONDS)

    def line(self, beginning: str) -> str:
        return next(line.strip() for line in self.output.splitlines() if line.strip().startswith(beginning))

    def _read(self) -> None:
        for line in self.process.stdout:
            self.output += line


def plain_environment() -> dict[str, str]:
    """The environment of a plain shell: nothing that the test suite has set, and output is buffered."""
    ours = {"DJANGO_SETTINGS_MODULE", "PYTHONUNBUFFERED"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def processes_of_the_run_dir() -> list[psutil.Process]:
    """Every living process that has to do with the run folder, except this one."""
    marks = (os.environ["IGNY8_RUN_DIR"], str(server_home("postgres")), str(server_home("valkey")))
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            traces = [process.cwd(), *process.cmdline(), process.environ().get("IGNY8_RUN_DIR", "")]
            if process.pid != os.getpid() and any(mark in trace for mark in marks for trace in traces):
                found.append(process)
    return found


def sandbox_provider() -> tuple[str, int]:
    """Where the sandbox provider is by its own command line, and what it answers there."""
    commands = [p.cmdline() for p in processes_of_the_run_dir()]
    port = next(command[-1] for command in commands if "igny8_core.ai.sandbox" in command)
    provider = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    provider.request("GET", "/")
    return f"http://127.0.0.1:{port}", provider.getresponse().status


def without_demo(folder: Path, *, code: int) -> dict[str, str]:
    """The environment in which both commands of the demo end with this code before they do anything."""
    (folder / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if sys.orig_argv[2:3] == ['demo'] or sys.orig_argv[2:4] == ['harness', 'replay']:\n"
        f"    os._exit({code})\n"
    )
    return {"PYTHONPATH": str(folder)}


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a service without its demo, whose two commands take longer than all the rest of a start."""
    return without_demo(tmp_path, code=0)


@pytest.fixture
def prepared(run_dir: Path) -> None:
    """The database of a service that takes it as it is."""
    subprocess.run(
        [sys.executable, "manage.py", "setup", "--demo"], cwd=PROJECT, env=plain_environment(), check=True
    )  # fmt: skip


def told_in(output: str, passwords: dict[str, Path]) -> dict[str, bool]:
    """Whose password it says; of the others it says the file."""
    told = {role: path.read_text().strip() in output for role, path in passwords.items()}
    assert told == {role: str(path) not in output for role, path in passwords.items()}
    return told


def assert_serves(service: Service) -> None:
    """Every part answers, and is where it says."""
    status, body = service.get("/healthz")
    assert (status, json.loads(body)) == (
        200,
        {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok"},
    )
    assert sandbox_provider() == (service.environment_of("gunicorn")["IGNY8_SANDBOX_URL"], 200)
    assert service.line("Console:") == f"Console: http://127.0.0.1:{service.port}/migration/"
    rollbacks = urlsplit(service.line("Where it is busy").split()[-1])
    assert service.get(rollbacks.path, port=rollbacks.port)[0] == 302
    assert service.get("/healthz", port=rollbacks.port)[0] == 404


def assert_names_the_one_that_is_running(service: Service) -> None:
    """A second one is refused with one line."""
    second = Service(service.port)
    second.start()
    assert second.process.wait(timeout=STOP_SECONDS) == 1
    assert wait_until(lambda: second.output.endswith("\n"), wait_seconds=STOP_SECONDS)
    address = f"process {service.process.pid} at http://127.0.0.1:{service.port}/"
    assert f"Already running: {address}" in second.output
    assert len(second.output.splitlines()) == 1


def rows() -> dict[str, int]:
    """What a restart must not lose: how many accounts, operators and ledger entries there are."""
    tables = ("igny8_auth_account", "igny8_auth_user", "billing_credittransaction")
    return {table: ask(f"SELECT count(*) FROM {table}") for table in tables}


def ask(statement: str) -> int:
    with embedded.hold(), psycopg.connect(embedded.database_url()) as connection:
        return connection.execute(statement).fetchone()[0]


class TestMakeRun:
    def test_serves_tells_its_logins_once_and_charges_nothing_twice_even_where_everything_was_killed(
        self, service: Service, run_dir: Path
    ) -> None:
        for told in (run_dir / "secrets").glob("*.told"):
            told.unlink()
        service.start_and_wait()
        assert_serves(service)
        assert_names_the_one_that_is_running(service)
        passwords = {role: (run_dir / "secrets" / f"{role}-password") for role in ("operator", "customer")}
        before = rows()
        service.kill_everything()
        assert told_in(service.output, passwords) == {"operator": True, "customer": True}
        service.output = ""
        service.start_and_wait()
        assert told_in(service.output, passwords) == {"operator": False, "customer": False}
        assert rows() == before
        assert service.interrupt() == 0
        assert processes_of_the_run_dir() == []
        assert rows() == before

    def test_takes_the_database_as_it_is_where_it_is_told_to_and_stops_when_one_process_dies(
        self, service: Service, prepared: None
    ) -> None:
        before = rows()
        ask("DELETE FROM igny8_auth_user WHERE username = 'blue' RETURNING 1")
        service.start_and_wait("--as-it-is", SANDBOX_PORT=(port := str(free_port())))
        assert sandbox_provider() == (f"http://127.0.0.1:{port}", 200)
        assert "Replaying" not in service.output
        beat = next(p for p in processes_of_the_run_dir() if p.cmdline()[-4:-3] == ["beat"])
        beat.kill()
        assert service.process.wait(timeout=STOP_SECONDS) == 1
        assert "beat was killed by signal 9" in service.output
        assert processes_of_the_run_dir() == []
        assert rows() == before | {"igny8_auth_user": before["igny8_auth_user"] - 1}

    def test_has_a_command_tell_all_it_saw_before_the_servers_that_it_started_stop(self, run_dir: Path) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "harness", "flag", "model-selection", "--baseline", "shadow"],
            cwd=PROJECT, env={**os.environ, "IGNY8_ENV": "local", "DJANGO_SETTINGS_MODULE": "igny8_core.settings"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, "_not_written" in done.stderr + done.stdout) == (0, False), done.stderr
        assert processes_of_the_run_dir() == []

    def test_leaves_no_web_server_when_only_it_is_killed(self, service: Service, prepared: None) -> None:
        service.start_and_wait("--as-it-is")
        service.process.kill()
        servers = {server.pid for server in embedded.status()}

        def only_servers() -> bool:
            left = processes_of_the_run_dir()
            return all(servers & {p.pid, p.ppid()} for p in left)

        assert wait_until(only_servers, wait_seconds=STOP_SECONDS)
        assert None not in servers

    def test_stops_while_it_is_still_starting(self, service: Service) -> None:
        service.start()
        assert wait_until(lambda: "Starting" in service.output, wait_seconds=START_SECONDS)
        assert service.interrupt() == 0
        assert processes_of_the_run_dir() == []

    def test_serves_also_where_no_part_of_its_demo_works_and_stops_at_once_at_the_second_ctrl_c(
        self, service: Service, tmp_path: Path
    ) -> None:
        service.start_and_wait(**without_demo(tmp_path, code=3))
        told = [line for line in service.output.splitlines() if "failed with code 3" in line]
        assert [line.split("`")[1].split()[1] for line in told] == ["harness", "demo"]
        assert all("the service runs" in line for line in told)
        assert service.get("/healthz")[0] == 200
        service.process.send_signal(signal.SIGINT)
        assert wait_until(lambda: "Stopping." in service.output, wait_seconds=STOP_SECONDS)
        assert service.interrupt() == 0
        assert processes_of_the_run_dir() == []


class TestRefusal:
    """One line that says what to do, an exit code that is not zero, and nothing started."""

    def refused(self, service: Service, **environment: str) -> str:
        service.start(**environment)
        assert service.process.wait(timeout=STOP_SECONDS) == 1
        assert wait_until(lambda: service.output.endswith("\n"), wait_seconds=STOP_SECONDS)
        assert len(service.output.splitlines()) == 1, service.output
        assert processes_of_the_run_dir() == []
        return service.output

    def test_names_the_port_that_is_taken(self, service: Service) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", service.port))
            taken.listen()
            assert f"Port {service.port} is not free" in self.refused(service)

    def test_names_a_port_that_is_no_port(self, service: Service) -> None:
        assert "PORT is 'http'" in self.refused(service, PORT="http")

    def test_names_the_database_that_does_not_answer(self, service: Service, port: int) -> None:
        url = f"postgres://someone:secret@127.0.0.1:{port}/nothing"
        output = self.refused(service, DATABASE_URL=url)
        assert "DATABASE_URL does not answer" in output
        assert "secret" not in output

    def test_names_the_broker_that_does_not_answer(self, service: Service, port: int) -> None:
        output = self.refused(service, REDIS_URL=f"redis://:secret@127.0.0.1:{port}/0")
        assert "REDIS_URL does not answer" in output
        assert "secret" not in output
