"""Whether the candidate has answered on every way in which work comes."""

from datetime import datetime

from migration_harness import queries
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.money.ledger import Scope
from migration_harness.money.survey import survey
from migration_harness.rollout.criteria.criterion import PathsWork
from migration_harness.rollout.criteria.met import Met, all_of, harness, met, unknown
from migration_harness.wording import counted


def of_paths(asked: PathsWork, *, now: datetime) -> Met:
    """Count what agreed while the candidate answered; of a path without any, what the ledger says of its charges."""
    agreed = queries.answered_by_path()
    charged = {} if all(agreed.get(path) for path in asked.paths) else _charges(now)
    return all_of([_answer(path, agreed.get(path, 0), charged.get(path, 0)) for path in asked.paths])


def _answer(path: ExecutionPath, agreed: int, charged: int) -> Met:
    if agreed:
        return met(f"{path}: {counted(agreed, 'call')} of the candidate agreed.")
    if charged:
        return met(f"{path}: {counted(charged, 'charge')} by the candidate.")
    return unknown(
        f"The candidate has answered nothing that came in by the path {path}.",
        remedy=f"Let work come in by {path}, then {harness('evidence')}",
    )


def _charges(now: datetime) -> dict[str, int]:
    """Return how many charges the candidate priced on each path; a host without a ledger has none."""
    try:
        return dict(survey(Scope(since=None, until=now)).charges)
    except HarnessMisconfigured:
        return {}
