"""A flag of the tests' own, for what is about any flag: it is there whatever the service's plan has."""

from typing import Final

from migration_harness.api import Phase, Plan, Stage, create_flag
from migration_harness.plan import PlannedFlag

FLAG: Final = "trial-flag"
SEAM: Final = "trial.choice"
"""The seam that asks it."""
PLANNED: Final = PlannedFlag(name=FLAG, owner="tests", note="For the tests.", seams=(SEAM,))
PLAN: Final = Plan(phases=(Phase(number=1, name="A trial", risk="none", way_back="the flag", flags=(PLANNED,)),))
"""A plan with nothing else in it."""


def create_trial_flag() -> None:
    """Have it in the database at baseline shadow, with nobody in its cohort."""
    create_flag(planned=PLANNED, baseline=Stage.SHADOW, actor="seed")
