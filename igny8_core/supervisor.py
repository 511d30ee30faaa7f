"""Runs the processes of the Procfile, shows their output, and leaves none of them behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

_GRACE_SECONDS = 10
_POLL_SECONDS = 0.1
# The kernel ends a process whose supervisor was killed, so that no old web server keeps the port.
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")


class Interruption:
    """Ctrl-C, SIGTERM or a closed terminal: the first raises KeyboardInterrupt, later ones only hurry."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, *_signal: object) -> None:
        """Handle a signal."""
        self._count += 1
        # Raising again would break off the cleaning up after the first one.
        if self._count == 1:
            raise KeyboardInterrupt

    @property
    def hurry(self) -> bool:
        """Say whether somebody asked twice."""
        return self._count > 1

    def check(self) -> None:
        """Raise KeyboardInterrupt if a step swallowed the first one."""
        if self._count:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Turn the signals that end a program into one KeyboardInterrupt inside the block."""
    interruption = Interruption()
    ours = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup wants to outlive its terminal.
        ours.append(signal.SIGHUP)
    before = [signal.signal(number, interruption) for number in ours]
    try:
        yield interruption
    finally:
        for number, handler in zip(ours, before, strict=True):
            signal.signal(number, handler)


class Processes:
    """The processes of one Procfile, each leading a process group of its own.

    Attributes:
        environment: What they are started with.
    """

    def __init__(self, procfile: Path, *, environment: Mapping[str, str]) -> None:
        self._commands: dict[str, str] = parse_procfile(procfile.read_text()).processes
        # Programs of the virtual environment are found also when it is not activated.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        self.environment = {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", **environment}
        self._folder = procfile.parent
        self._printer = Printer(sys.stdout, width=max(map(len, self._commands)))
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start them all and relay what they print."""
        prefix = _ENDS_WITH_US if _works(*_ENDS_WITH_US, "true") else ()
        for (name, command), colour in zip(self._commands.items(), get_colours(), strict=False):
            process = subprocess.Popen(
                [*prefix, "/bin/sh", "-c", f"exec {command}"],
                cwd=self._folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running[name] = process
            threading.Thread(target=self._relay, args=(name, process, colour), daemon=True).start()

    def ended(self) -> str | None:
        """Return which process ended and how, as half a sentence, or None while all run."""
        for name, process in self._running.items():
            code = process.poll()
            if code is not None:
                return f"{name} was killed by signal {-code}" if code < 0 else f"{name} ended with code {code}"
        return None

    def stop(self, interruption: Interruption) -> None:
        """Ask every process to finish; after ten seconds, or at a second Ctrl-C, kill what is left."""
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        while self._any_runs() and time.monotonic() < deadline and not interruption.hurry:
            time.sleep(_POLL_SECONDS)
        for process in self._running.values():
            end_group(process)

    def _any_runs(self) -> bool:
        return any(process.poll() is None for process in self._running.values())

    def _relay(self, name: str, process: subprocess.Popen[bytes], colour: str) -> None:
        for line in process.stdout or ():
            message = Message(type="line", data=line, time=datetime.now(), name=name, colour=colour)  # noqa: DTZ005
            # A closed terminal must not block the process behind a full pipe.
            with suppress(OSError, ValueError):
                self._printer.write(message)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads its group, and all of its children, also those that outlived it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
