"""Run beside the test: writes at the stage of the first argument and is killed between the two writes."""

import os
import signal
import sys

import django

django.setup()

from migration_harness.deciding.stages import TABLE, Stage  # noqa: E402  Django comes first.
from migration_harness.testing import fixed_flags, flag_at  # noqa: E402
from tests.integration.trial_stores import FLAG, Trial  # noqa: E402

stage = Stage(sys.argv[1])
second = TABLE[stage].writes[1]
trial = Trial(before={second: lambda *_: os.kill(os.getpid(), signal.SIGKILL)})
with fixed_flags(flag_at(FLAG, stage)):
    trial.write()
