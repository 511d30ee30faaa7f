"""What tells of lines: the documented part of ``sys.monitoring``, and a Python that has it, where this machine does."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

LEGACY = "/srv/shop/legacy/price.py"
_NAMES = ("python3.12", "python3.13", "python3.14")
_ASKED = "import sys; sys.exit(not hasattr(sys, 'monitoring'))"


@cache
def with_monitoring():
    """Return a Python that has sys.monitoring, or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = (
        sys.executable,
        *filter(None, map(shutil.which, _NAMES)),
        *(str(path) for name in _NAMES for path in sorted(pyenv.glob(f"versions/*/bin/{name}"))),
    )
    return next((each for each in found if _has_it(each)), None)


def _has_it(python):
    return subprocess.run([python, "-I", "-c", _ASKED], capture_output=True, check=False, timeout=60).returncode == 0


class Interpreter:
    """The documented part of ``sys.monitoring``, for code that a test says is executed."""

    DISABLE = object()
    events = SimpleNamespace(LINE=32, PY_START=1)

    def __init__(self):
        self.tools, self.callbacks, self.watched, self.disabled, self.restarts = {}, {}, {}, set(), 0

    def get_tool(self, tool_id):
        return self.tools.get(tool_id)

    def use_tool_id(self, tool_id, name):
        self.tools[tool_id] = name

    def free_tool_id(self, tool_id):
        del self.tools[tool_id]

    def register_callback(self, _tool_id, event, func):
        self.callbacks[event] = func

    def set_events(self, _tool_id, event_set):
        self.started = event_set

    def set_local_events(self, _tool_id, code, event_set):
        self.watched[code.co_filename] = event_set

    def restart_events(self):
        self.restarts += 1
        self.disabled.clear()

    def run(self, *numbers, file=LEGACY, flags=1):
        """Let a function of a file be executed, with these lines; returns those of which somebody was asked."""
        code = SimpleNamespace(co_filename=file, co_flags=flags)
        if self.started & self.events.PY_START:
            self._tell(self.events.PY_START, code, 0)
        asked = []
        for number in numbers if self.watched.get(file) == self.events.LINE else ():
            if (file, number) not in self.disabled:
                asked.append(number)
                self._tell(self.events.LINE, code, number)
        return asked

    def _tell(self, event, code, at):
        if (code.co_filename, at) not in self.disabled and self.callbacks[event](code, at) is self.DISABLE:
            self.disabled.add((code.co_filename, at))
