"""A process that writes down which stored rules it has in force, into the file that is its argument."""

import sys
import time
from pathlib import Path

import django

django.setup()

from migration_harness.deciding.source import decide  # noqa: E402
from migration_harness.reviewing import stored_rules  # noqa: E402  After the set-up.

SEAM = "models.provider"


def follow_for_ever(log: Path) -> None:
    with log.open("w", buffering=1) as lines:
        while True:
            decide("model-selection", 1)
            names = ",".join(str(rule.number) for rule in stored_rules.rules_in_force(SEAM))
            lines.write(f"{names or '-'}\n")
            time.sleep(0.05)


def main() -> None:
    follow_for_ever(Path(sys.argv[1]))
