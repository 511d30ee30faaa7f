"""The service of the copy at work: web server, worker, scheduler, sandbox and their servers."""

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rehearsal.place import Failed, Place

HEALTHY_SECONDS: Final = 300.0
_STOP_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.3


@contextmanager
def running(place: Place, *, log: Path) -> Iterator[str]:
    """Run the whole service, and give its address when it is up; it is stopped at the end."""
    port = _free_port()
    with log.open("w") as told:
        process = subprocess.Popen(
            [place.python, "manage.py", "run"],
            cwd=place.tree,
            env=place.environment | {"PORT": str(port)},
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
    """``run`` greets when its demo is done."""
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
