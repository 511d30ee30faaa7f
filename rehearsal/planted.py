"""What is planted while legacy code is said to be dead. Runs in the copy."""

import os
import signal
import time

from igny8_core.ai.legacy.models import quality_tier
from igny8_core.auth.models import Account
from migration_harness.api import ExecutionPath, unit_of_work
from migration_harness.models import TombstoneReporter

_PATIENCE_SECONDS = 60
_POLL_SECONDS = 0.1


def an_old_report(account: Account) -> None:
    """Ask legacy code itself for a tier, as code does that nobody thought of."""
    with unit_of_work(execution_path=ExecutionPath.MANUAL):
        quality_tier(account=account, model="dall-e-3")


def vanish() -> None:
    """Be killed without a last word, once this process has said that it counts executions. Raises TimeoutError."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not TombstoneReporter.objects.filter(pid=os.getpid()).exists():
        if time.monotonic() > deadline:
            raise TimeoutError("This process never said that it counts executions.")
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
