"""Whether flags are at their end."""

from shlex import quote

from migration_harness.queries import FlagStatus
from migration_harness.rollout.criteria.criterion import FlagsComplete
from migration_harness.rollout.criteria.met import Met, all_of, harness, met, unmet
from migration_harness.rollout.gates.facts import Facts
from migration_harness.wording import cohort_text


def of_flags(asked: FlagsComplete, *, facts: Facts) -> Met:
    """Look at each flag."""
    return all_of([_answer(name, facts.flags.get(name)) for name in asked.flags])


def _answer(name: str, flag: FlagStatus | None) -> Met:
    if flag is None:
        return unmet(f"There is no flag {name}.", remedy="python manage.py seed")
    if flag.is_complete:
        return met(f"{name} is complete for everyone.")
    return unmet(
        f"{name} is at {flag.stage} for {cohort_text(flag)}.",
        remedy=harness(f"flag {quote(name)} --everyone yes --stage complete"),
    )
