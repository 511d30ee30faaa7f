"""Settings of the suite's processes, each of which has servers of its own: ``.run/tests``, for a worker ``.run/gw0``.

On the service's server a test would be in the way of who works with it, and on one for all workers whoever folds the
log would wait for everybody's transactions.
"""

import os

from igny8_core.embedded import run_dir

_FOLDER = os.environ.get("PYTEST_XDIST_WORKER", "tests")
# Before the settings, which ask for it. Processes that a test starts inherit it, and work on the test's servers.
if run_dir().name != _FOLDER:
    os.environ["IGNY8_RUN_DIR"] = str(run_dir() / _FOLDER)

from igny8_core.settings.test import *  # noqa: E402, F403  The settings for tests, with the folder above.
