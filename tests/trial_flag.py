"""A flag of the tests' own, for what is about any flag: it is there whatever the service's plan has."""

from typing import Final

from migration_harness.api import Stage, create_flag
from migration_harness.plan import PlannedFlag

FLAG: Final = "trial-flag"


def create_trial_flag() -> None:
    """Have it in the database at baseline shadow, with nobody in its cohort."""
    create_flag(
        planned=PlannedFlag(name=FLAG, owner="tests", note="For the tests."), baseline=Stage.SHADOW, actor="seed"
    )
