"""Settings of the suite's processes, which have servers of their own in ``.run/tests``, each worker in a folder there.

On the service's server a test would be in the way of who works with it, and on one for all workers whoever folds the
log would wait for everybody's transactions.
"""

import os
from pathlib import Path

from igny8_core.embedded import run_dir

# Before the settings, which ask for it. Processes that a test starts inherit it, and work on the test's servers.
if "IGNY8_TESTS_DIR" not in os.environ:
    os.environ["IGNY8_RUN_DIR"] = os.environ["IGNY8_TESTS_DIR"] = str(run_dir() / "tests")
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["IGNY8_RUN_DIR"] = str(Path(os.environ["IGNY8_TESTS_DIR"], worker))

from igny8_core.settings.test import *  # noqa: F403  The settings for tests, with the folder above.

INSTALLED_APPS += ["tests.open_gates"]  # noqa: F405
_KEPT = {"whitenoise.middleware.WhiteNoiseMiddleware": "tests.static_files.KeptStaticFiles"}
MIDDLEWARE = [_KEPT.get(name, name) for name in MIDDLEWARE]  # noqa: F405
