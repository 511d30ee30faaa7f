"""A worker that compares deferred calls until it is ended; ``taking`` removes them before it runs the side."""

import sys
import time

import django

django.setup()

from migration_harness.deciding.registry import seams  # noqa: E402  After the set-up.
from migration_harness.seams.deferred import claiming  # noqa: E402  After the set-up.
from migration_harness.seams.deferred.working import work_off  # noqa: E402
from tests.race.deferred_seam import seam  # noqa: E402

CLAIM_SECONDS = 1.0


def main() -> None:
    seams.add(seam)
    claiming.CLAIM_SECONDS = CLAIM_SECONDS  # type: ignore[misc]  So that the test need not wait a minute.
    if sys.argv[1] == "taking":
        claiming._CLAIM = (  # type: ignore[misc]
            "DELETE FROM migration_harness_deferredcall WHERE id = (SELECT id FROM migration_harness_deferredcall "
            "WHERE %s::uuid IS NOT NULL AND %s::float8 > 0 AND seam = %s AND revision = %s ORDER BY id LIMIT 1 "
            f"FOR UPDATE SKIP LOCKED) RETURNING {claiming._COLUMNS}"
        )
        claiming.remove = lambda _: True
    while True:
        work_off()
        time.sleep(0.01)
