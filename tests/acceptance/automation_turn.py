"""A process beside the test, of a nursery: ``tests.acceptance.automation_turn RUN LOG [POINT OPERATION NUMBER]``.

Takes turns at a run with operations that reach no provider, and writes each call that would have into LOG. With a
POINT it is killed at the NUMBER-th call of OPERATION: ``before`` its charge, or ``after`` it and before it is recorded.
"""

import os
import signal
import sys
from pathlib import Path

import django

django.setup()

from igny8_core.business.automation import doing, queue, worker  # noqa: E402  After the set-up.
from tests.integration.automation.parts import TrialAI  # noqa: E402


class KilledAI(TrialAI):
    """Is killed where it is told to be."""

    def __init__(self, log: Path, *, point: str = "", operation: str = "", number: str = "0") -> None:
        super().__init__()
        self.log, self.point, self.operation, self.number = log, point, operation, int(number)

    def _operation(self, operation_type, account, operation_id, rows, save):
        charged_before = len(self.calls)
        outcome = super()._operation(operation_type, account, operation_id, rows, save)
        if len(self.calls) > charged_before:
            self._die_at("after", operation_type)
        return outcome

    def reached(self, operation_type, rows):
        with self.log.open("a") as lines:
            lines.write(f"{operation_type} {','.join(map(str, rows))}\n")
        self._die_at("before", operation_type)

    def _die_at(self, point, operation_type):
        if (point, operation_type, self.count(operation_type)) == (self.point, self.operation, self.number):
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    run_id, log, *where = sys.argv[1:]
    ai = KilledAI(Path(log), **dict(zip(("point", "operation", "number"), where, strict=False)))
    for name in ("clustering", "idea_generation", "content_generation", "image_prompt_extraction", "image_generation"):
        ai.before[name] = lambda rows, name=name: ai.reached(name, rows)
    doing.operations = ai
    queue._send = lambda run_id: None
    worker.take_turn(run_id=int(run_id))
