"""What a test that was exported from the comparison log finds in its empty database."""

from igny8_core.business.billing import remembered
from igny8_core.migration_plan import PLAN
from igny8_core.seed import seed
from migration_harness.api import Reconstruction


def fresh_installation() -> None:
    """Fill an empty database with what every installation starts with, and forget what was remembered of another."""
    seed()
    remembered.forget()


# A store has no recorded call that could be made again: what is written there is a secret.
_ASKED = tuple(seam for flag in PLAN.flags if not flag.has_store for seam in flag.seams)

Reconstruction(seams=_ASKED, prepare=fresh_installation)
