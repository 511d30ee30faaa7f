"""The service of the copy at work: web server, worker, scheduler, sandbox and their servers."""

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rehearsal.failed import Failed
from rehearsal.place import Place

HEALTHY_SECONDS: Final = 900.0
_STOP_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.3


@contextmanager
def running(place: Place, *, log: Path) -> Iterator[str]:
    """Run the whole service on a database that was prepared, and give its address; it is stopped at the end."""
    port, sandbox_port = _free_port(), _free_port()
    # Whoever drives asks the same provider as the service does.
    place.environment["IGNY8_SANDBOX_URL"] = f"http://127.0.0.1:{sandbox_port}"
    with log.open("w") as told:
        process = subprocess.Popen(
            [place.python, "manage.py", "run", "--as-it-is"],
            cwd=place.tree,
            env=place.environment | {"PORT": str(port), "SANDBOX_PORT": str(sandbox_port)},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_it_works(process, address, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_works(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    """``run`` greets when everything answers."""
    deadline = time.monotonic() + HEALTHY_SECONDS
    while "Ctrl-C stops everything" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"The service does not come up:\n{log.read_text()[-2_000:]}")
        time.sleep(_POLL_SECONDS)
    with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:  # noqa: S310  Our own.
        if answer.status != 200:  # noqa: PLR2004
            raise Failed(f"The service is not healthy: {answer.read()!r}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
