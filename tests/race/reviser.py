"""A process in which a seam gets its revision, as at its first comparison; it is written into the file."""

import sys
import time
from pathlib import Path

import django

django.setup()

from migration_harness.deciding.registry import seams  # noqa: E402
from migration_harness.deciding.source import decide  # noqa: E402  After the set-up.
from migration_harness.seams import revisions  # noqa: E402


def main() -> None:
    decide("model-based-credits", 1)
    Path(sys.argv[1]).write_text(revisions.revise(seams.get("credits.text")))  # type: ignore[arg-type]
    while True:
        time.sleep(1)
