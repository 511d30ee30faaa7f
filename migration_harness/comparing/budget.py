"""How long a candidate may take."""

from dataclasses import replace
from typing import Final

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.comparing.difference import Difference, Kind

NANOSECONDS_PER_MS: Final = 1_000_000
_RIGHT: Final = (Verdict.MATCH, Verdict.INTENDED)


def judge_time(judgement: Judgement, *, candidate_ns: int, budget_ns: int) -> Judgement:
    """Return ``timeout`` for a right answer that took longer than the budget; a wrong one is worse, and stays."""
    if candidate_ns <= budget_ns or judgement.verdict not in _RIGHT:
        return judgement
    budget, took = (f"{ns / NANOSECONDS_PER_MS:,.1f} ms" for ns in (budget_ns, candidate_ns))
    late = Difference(path="duration", kind=Kind.VALUE, control=f"at most {budget}", candidate=took)
    return replace(
        judgement,
        verdict=Verdict.TIMEOUT,
        differences=(late,),
        explanation=f"the candidate took {took}; its budget is {budget}",
    )
