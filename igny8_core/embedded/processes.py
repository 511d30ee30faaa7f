"""What a server's process shows to the outside: its pid, its log, who is connected."""

import os
import socket
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_POLL_SECONDS = 0.05
_LOG_LIMIT_BYTES = 10_000_000
# A server inherits nothing from the shell that happened to start it: no PG*, LD_* or locale settings.
ENVIRONMENT: Mapping[str, str] = {"PATH": os.defpath, "LC_ALL": "C"}


def running_pid(pid_file: Path, *, folder: Path) -> int | None:
    """Return the pid in the first line of ``pid_file`` if that process is the server, else None.

    The pid of a killed server may belong to anybody by now, so the process must work in ``folder``.
    """
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415  Whoever finds the servers up goes without.

    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        return pid if psutil.Process(pid).cwd() == str(folder) else None
    except (FileNotFoundError, ValueError, psutil.Error):
        return None


def pids_in(folder: Path) -> list[int]:
    """Return the processes that work in ``folder``, as a server and its children do in its data folder.

    Children outlive a killed server for a moment; a second server on their data would ruin it.
    """
    import psutil  # noqa: PLC0415

    return [p.pid for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == str(folder)]


def wait_until(condition: Callable[[], bool], *, wait_seconds: float) -> bool:
    """Poll ``condition`` and say whether it became true in time."""
    deadline = time.monotonic() + wait_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def own_connections(server_socket: Path) -> int:
    """Count the connections of this very process to a server's Unix socket.

    The servers cannot say which process is at the other end, so this is how a connection of our own,
    perhaps of a background thread, is told from somebody else's.
    """
    count = 0
    for entry in Path("/dev/fd").iterdir():
        try:
            if stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode):
                count += _peer(int(entry.name)) == str(server_socket)
        except OSError:  # Closed meanwhile, or connected to nothing.
            continue
    return count


def tail(log: Path, *, lines: int = 15) -> str:
    """Return the last lines of a log, indented, for an error message."""
    try:
        end = log.read_text(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        end = []
    return "\n".join(f"    {line}" for line in end) or "    (the log is empty)"


def rotate(log: Path) -> None:
    """Set a long log aside, keeping one old one."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


def _peer(descriptor: int) -> object:
    connection = socket.socket(fileno=descriptor)
    try:
        return connection.getpeername()
    finally:
        connection.detach()  # The descriptor stays open: it is not ours to close.
