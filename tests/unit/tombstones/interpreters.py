"""A later Python than the one of the tests, where this machine has one."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

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
