"""Who gets into the embedded servers, and whose processes they are."""

import os
import pwd
import shutil
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from igny8_core import embedded
from igny8_core.embedded import account
from igny8_core.embedded.folders import server_home
from igny8_core.embedded.postgres import Postgres
from igny8_core.embedded.valkey import Valkey

from .test_servers import count_rows, empty_run_dir, initialised, run_dir  # noqa: F401  The fixtures of their tests.

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


def told_to(user, try_it):
    """Return what ``try_it`` raises in a process of another user; empty where it gets in."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        try:
            try_it()
        except Exception as error:  # noqa: BLE001  Whatever it is, the other process tells it.
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told


def without_password():
    return redis.Redis(unix_socket_path=str(Valkey().socket))


def test_nobody_else_gets_in(run_dir):  # noqa: F811
    with embedded.hold():
        servers = [psutil.Process(server.pid) for server in embedded.status()]
        whose = account.NAME if os.geteuid() == 0 else account.own_name()
        assert [server.username() for server in servers] == [whose, whose]
        assert not any(Valkey()._password in word for server in servers for word in server.cmdline())
        with pytest.raises(redis.AuthenticationError):
            without_password().ping()
        assert redis.Redis.from_url(embedded.redis_url()).ping()
        rules = (Postgres().data / "pg_hba.conf").read_text()
        assert {line.split()[3] for line in rules.splitlines() if line.startswith(("local", "host"))} == {"peer"}
    assert (run_dir / "secrets" / "valkey-password").stat().st_mode & 0o777 == 0o600


@AS_ROOT
class TestRoot:
    def test_lets_no_other_user_in_even_where_the_folders_are_open(self, run_dir):  # noqa: F811
        nobody = pwd.getpwnam("nobody")
        with embedded.hold():
            url, cache, cold = embedded.database_url(), redis.Redis.from_url(embedded.redis_url()), without_password()
            sockets = [server.socket for server in embedded.status()]
            assert "ermission denied" in told_to(nobody, lambda: psycopg.connect(url))
            assert "ermission denied" in told_to(nobody, cache.ping)
            try:
                for socket in sockets:
                    socket.parent.chmod(0o711)
                    socket.chmod(0o777)
                for role in ("igny8", "nobody"):
                    as_role = url.replace("igny8@", f"{role}@", 1)
                    assert "Peer authentication failed" in told_to(nobody, lambda url=as_role: psycopg.connect(url))
                assert "AuthenticationError" in told_to(nobody, cold.ping)
            finally:
                for socket in sockets:
                    socket.parent.chmod(0o700)

    def test_takes_over_what_earlier_versions_have_left(self, run_dir, tmp_path):  # noqa: F811
        with embedded.hold():
            assert count_rows() == 1
            redis.Redis.from_url(embedded.redis_url()).set("queued", "task")
        as_earlier_versions_left_it(run_dir)
        foreign = server_home("postgres") / "somebody-elses"
        foreign.touch()
        os.chown(foreign, 12345, 12345)
        with embedded.hold():
            assert count_rows() == 2
            assert redis.Redis.from_url(embedded.redis_url()).get("queued") == b"task"
            assert "trust" not in (Postgres().data / "pg_hba.conf").read_text()
            owner = pwd.getpwnam(account.NAME).pw_uid
            homes = [server_home("postgres"), server_home("valkey")]
            assert {path.lstat().st_uid for home in homes for path in (home, *home.rglob("*"))} == {owner, 12345}
        assert not (run_dir / "valkey.earlier").exists()
        with embedded.hold():
            assert count_rows() == 3

    def test_says_so_where_the_user_cannot_be_made(self, monkeypatch):
        monkeypatch.setattr(account, "NAME", "igny8-no-such-user")
        for program, reason in (("/bin/false", ""), ("/no/such/useradd", "No such file")):
            monkeypatch.setattr(account, "_MAKE", (program,))
            with pytest.raises(embedded.EmbeddedError) as error:
                account.server_account()
            assert reason in str(error.value)
            assert "`useradd --system igny8-no-such-user`" in str(error.value)
            assert "DATABASE_URL" in str(error.value)


def as_earlier_versions_left_it(run_dir):  # noqa: F811
    """PostgreSQL's folder is the account's that everybody shares, and asks nobody; Valkey's is root's own."""
    nobody = pwd.getpwnam(account.EARLIER)
    home = server_home("postgres")
    (home / "data" / "pg_hba.conf").write_text("local all all trust\n")
    for path in (home, *home.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    link = Path(run_dir, "valkey")
    kept = link.readlink()
    link.unlink()
    shutil.copytree(kept, link)
    link.chmod(0o700)
    shutil.rmtree(kept)
