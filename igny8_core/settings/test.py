"""Settings of the test suite: the real servers, a database and a key space of this process alone."""

import os

# Whoever runs tests on a server of their own says so by running them.
os.environ.setdefault("IGNY8_ENV", "local")

from igny8_core.settings import *  # noqa: F403  The test settings are the settings, with changes.
from igny8_core.settings import CACHES, DATABASES, HARNESS

# The process id keeps test runs apart from each other and from a running service.
REDIS_PREFIX = f"test-{os.getpid()}"
DATABASES["default"]["ENGINE"] = "igny8_core.settings.test_database"
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Both names: whatever connects before the test database exists fails, instead of reaching the service's own.
DATABASES["default"]["NAME"] = f"test_igny8_{os.getpid()}"
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
CACHES["default"]["KEY_PREFIX"] = REDIS_PREFIX
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}:"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Flags are read from the test's own transaction at every decision, in place of the background thread.
# A test that wants operations recorded or shadowed says so.
HARNESS = HARNESS | {"BACKGROUND": False, "RECORDED_BPS": 0, "SHADOWED_BPS": 0}
IGNY8_RATES_SECONDS = 0.0
# A test that needs the sandbox provider starts one; nothing listens on this port.
IGNY8_SANDBOX_URL = "http://127.0.0.1:1"
IGNY8_PROVIDER_TIMEOUT_SECONDS = 60.0
IGNY8_PROVIDER_PAUSE_SECONDS = 0.01
