"""Who is told of rollouts, rollbacks and new discrepancies: nobody, where the environment says nothing."""

import os
from typing import Any

from igny8_core.settings.lists import listed
from migration_harness.api import Secret


def notices_of_environment() -> dict[str, Any]:
    """Return ``HARNESS["NOTICES"]``. What shows settings shows the fingerprints of its secrets."""
    return {
        "url": os.environ.get("HARNESS_WEBHOOK_URL", ""),
        # The newest first, while one is being replaced.
        "secret": [Secret(each) for each in listed("HARNESS_WEBHOOK_SECRET")],
        "emails": listed("HARNESS_NOTICE_EMAILS"),
        "heads_url": os.environ.get("HARNESS_HEADS_URL", ""),
        "confirm_url": os.environ.get("HARNESS_CONFIRM_URL", ""),
        "plain_hosts": listed("HARNESS_PLAIN_HOSTS"),
    }
