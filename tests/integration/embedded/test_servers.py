"""The embedded servers, for real, each test in a run folder of its own."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from igny8_core import embedded
from igny8_core.embedded.folders import private_folder, server_home
from igny8_core.embedded.postgres import Postgres
from igny8_core.embedded.processes import pids_in, wait_until
from igny8_core.embedded.valkey import Valkey
from tests.waiting import PATIENCE_SECONDS

PROJECT = Path(__file__).parents[3]
HOLD = """
import sys
from igny8_core import embedded
with embedded.hold(owner={owner!r}):
    print("up", flush=True)
    sys.stdin.read()
"""


@contextmanager
def run_folder(path: Path) -> Iterator[Path]:
    """A run folder with nothing running, and nothing left behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IGNY8_RUN_DIR", str(path))
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        yield embedded.run_dir()
        embedded.stop()
        for name in ("postgres", "valkey"):
            shutil.rmtree(server_home(name))


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that was started for the first time, and stopped."""
    kept = tmp_path_factory.mktemp("initialised") / "data"
    with run_folder(tmp_path_factory.mktemp("first") / "run"):
        with embedded.hold():
            pass
        copy(Postgres().data, kept)
    return kept


def copy(data: Path, to: Path) -> None:
    """Copy a data folder, which is the servers' account's."""
    subprocess.run(["cp", "-a", data, to], check=True)


@pytest.fixture
def empty_run_dir(tmp_path: Path) -> Iterator[Path]:
    """A run folder of this test alone, in which no server was ever started."""
    with run_folder(tmp_path / "run") as folder:
        yield folder


@pytest.fixture
def run_dir(empty_run_dir: Path, initialised: Path) -> Path:
    """A run folder of this test alone, in which a server was started before: the first start takes longest."""
    copy(initialised, Postgres().data)
    return empty_run_dir


@contextmanager
def another_process(owner: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the servers until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(owner=owner)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "up\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=PATIENCE_SECONDS)
        process.stdout.close()


def pids() -> list[int | None]:
    return [server.pid for server in embedded.status()]


def count_rows() -> int:
    with psycopg.connect(embedded.database_url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS visits (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO visits DEFAULT VALUES")
        return connection.execute("SELECT count(*) FROM visits").fetchone()[0]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(pid), wait_seconds=PATIENCE_SECONDS)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class TestHold:
    def test_gives_both_servers_and_takes_them_away_again(self, empty_run_dir: Path) -> None:
        with embedded.hold():
            assert count_rows() == 1
            assert redis.Redis.from_url(embedded.redis_url()).ping()
            assert None not in pids()
        assert pids() == [None, None]

    def test_keeps_rows_and_keys_from_one_time_to_the_next(self, run_dir: Path) -> None:
        with embedded.hold():
            count_rows()
            redis.Redis.from_url(embedded.redis_url()).set("queued", "task")
        with embedded.hold():
            assert count_rows() == 2
            assert redis.Redis.from_url(embedded.redis_url()).get("queued") == b"task"

    def test_uses_the_servers_that_are_up(self, run_dir: Path) -> None:
        with another_process():
            before = pids()
            with embedded.hold():
                assert pids() == before

    def test_leaves_them_to_the_last_user(self, run_dir: Path) -> None:
        with another_process():
            with embedded.hold():
                pass
            assert None not in pids()
        assert pids() == [None, None]

    def test_leaves_them_to_the_last_user_when_the_starter_goes_first(self, run_dir: Path) -> None:
        with another_process() as starter, embedded.hold():
            starter.stdin.close()
            assert starter.wait(timeout=PATIENCE_SECONDS) == 0
            assert count_rows() == 1
        assert pids() == [None, None]

    def test_takes_them_away_after_an_error(self, run_dir: Path) -> None:
        with pytest.raises(ZeroDivisionError), embedded.hold():
            raise ZeroDivisionError
        assert pids() == [None, None]

    def test_does_not_stop_postgresql_while_a_stranger_is_connected(self, run_dir: Path) -> None:
        with embedded.hold():
            stranger = subprocess.Popen(
                [sys.executable, "-c", CONNECT, embedded.database_url()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert stranger.stdout.readline() == "connected\n"
        assert [pid is not None for pid in pids()] == [True, False]
        stranger.communicate()
        with embedded.hold():
            pass
        assert pids() == [None, None]

    def test_does_not_mistake_a_connection_of_its_own_for_a_stranger(self, run_dir: Path) -> None:
        with embedded.hold():
            forgotten = psycopg.connect(embedded.database_url())
            client = redis.Redis.from_url(embedded.redis_url())
            client.ping()
        assert pids() == [None, None]
        assert forgotten.broken is False  # It was open until the server went away.
        client.close()

    def test_starts_no_server_that_the_environment_names(self, run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://db.example/igny8")
        with embedded.hold():
            assert [pid is not None for pid in pids()] == [False, True]


CONNECT = """
import psycopg, sys
with psycopg.connect(sys.argv[1]):
    print("connected", flush=True)
    sys.stdin.read()
"""


class TestOwner:
    def test_keeps_the_servers_when_a_command_leaves(self, run_dir: Path) -> None:
        with another_process(owner="the service"):
            before = pids()
            with embedded.hold():
                assert embedded.owner() == "the service"
            assert pids() == before
        assert pids() == [None, None]

    def test_is_only_one(self, run_dir: Path) -> None:
        with (
            another_process(owner="process 1 at a place"),
            pytest.raises(embedded.AlreadyOwned, match="process 1 at a place"),
            embedded.hold(owner="me"),
        ):
            pytest.fail("There were two owners.")

    def test_is_nobody_once_it_was_killed_and_the_next_command_cleans_up(self, run_dir: Path) -> None:
        with another_process(owner="the service") as service:
            kill(service.pid)
            assert embedded.owner() is None
            assert None not in pids()
            with embedded.hold():
                pass
            assert pids() == [None, None]

    def test_leaves_the_servers_to_a_command_that_still_uses_them(self, run_dir: Path) -> None:
        with another_process():
            with embedded.hold(owner="the service"):
                pass
            assert None not in pids()
        assert pids() == [None, None]


class TestKilled:
    @pytest.mark.parametrize("server", [0, 1], ids=["postgresql", "valkey"])
    def test_server_comes_back_with_what_it_had(self, run_dir: Path, server: int) -> None:
        with embedded.hold():
            assert count_rows() == 1
            kill(pids()[server])
            with embedded.hold():
                assert None not in pids()
                assert count_rows() == 2
                assert redis.Redis.from_url(embedded.redis_url()).ping()

    def test_postgresql_comes_back_though_its_pid_is_somebody_elses_now(self, run_dir: Path) -> None:
        """The new holder of the pid runs as the same account: the case that PostgreSQL cannot judge."""
        with embedded.hold():
            count_rows()
            kill(pids()[0])
            pid_file = Postgres().data / "postmaster.pid"
            lines = pid_file.read_text().splitlines()
            account = {"user": pid_file.stat().st_uid} if os.geteuid() == 0 else {}
            sleeper = subprocess.Popen(["sleep", "600"], **account)
            try:
                pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:]]))
                assert pids()[0] is None
                with embedded.hold():
                    assert count_rows() == 2
            finally:
                sleeper.kill()
                sleeper.wait()

    def test_valkey_comes_back_though_its_socket_is_still_there(self, run_dir: Path) -> None:
        path = Valkey().socket
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(path))
        (run_dir / "valkey" / "valkey.pid").write_text(f"{os.getpid()}\n")
        with embedded.hold():
            assert redis.Redis.from_url(embedded.redis_url()).ping()
            (running,) = pids_in(Valkey().home)
        assert wait_until(lambda: not psutil.pid_exists(running), wait_seconds=30)

    def test_initialisation_begins_anew(self, empty_run_dir: Path) -> None:
        half_done = Postgres().home / "data.new"
        (half_done / "base").mkdir(parents=True)
        (half_done / "PG_VERSION").write_text("18\n")
        with embedded.hold():
            assert count_rows() == 1
        assert not half_done.exists()


class TestFolders:
    def test_are_open_to_nobody_else(self, empty_run_dir: Path) -> None:
        with embedded.hold():
            folders = [empty_run_dir, *(server.socket.parent for server in embedded.status()), Postgres().data]
            assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * len(folders)

    def test_listen_on_no_network(self, run_dir: Path) -> None:
        with embedded.hold():
            servers = [psutil.Process(pid) for pid in pids()]
            assert [server.net_connections(kind="inet") for server in servers] == [[], []]

    def test_may_have_long_and_odd_names(self, run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IGNY8_RUN_DIR", str(tmp_path / f'it\'s, a "long" {"x" * 120}'))
        with embedded.hold():
            assert count_rows() == 1
            assert redis.Redis.from_url(embedded.redis_url()).ping()
        for folder in [server.socket.parent for server in embedded.status()]:
            shutil.rmtree(folder)
        monkeypatch.setenv("IGNY8_RUN_DIR", str(run_dir))

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_of_somebody_else_are_refused(self, tmp_path: Path) -> None:
        folder = tmp_path / "theirs"
        folder.mkdir(mode=0o700)
        os.chown(folder, 12345, -1)
        with pytest.raises(embedded.ForeignFolder, match="nobody else can enter"):
            private_folder(folder)

    @pytest.mark.parametrize(
        "spoil", [lambda p: p.mkdir(mode=0o755), lambda p: p.symlink_to(p.parent)], ids=["open", "link"]
    )
    def test_that_others_could_enter_are_refused(self, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
        spoil(tmp_path / "folder")
        with pytest.raises(embedded.ForeignFolder, match="0700"):
            private_folder(tmp_path / "folder")


class TestFailure:
    def test_names_the_log_and_shows_its_end(self, run_dir: Path) -> None:
        with embedded.hold():
            pass
        settings = Postgres().data / "postgresql.auto.conf"
        settings.write_text("no_such_setting = on\n")
        with pytest.raises(embedded.ServerFailed, match="no_such_setting") as failure, embedded.hold():
            pytest.fail("PostgreSQL started with a setting that does not exist.")
        assert str(Postgres().log) in str(failure.value)
        assert "DATABASE_URL" in str(failure.value)
