"""What happened to a rollout, in one order: what changed it or its flag, and when it was told that it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.names import Names
from dashboards.trail import Event, accounts_in
from migration_harness import queries
from migration_harness.models import AuditEvent
from migration_harness.rollout.status import RolloutStatus

MOST: Final = 100
"""Lines; the audit trail has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line: when, by whom, what, what changed by it, and why. ``by`` is empty where nobody did anything."""

    at: datetime
    by: str
    what: str
    change: str
    why: str


def history_of(found: RolloutStatus) -> list[Happened]:
    """Return what happened, the newest first."""
    events = queries.rollout_events(
        name=f"rollout {found.number}", flag=found.flag, is_open=found.ended_at is None, limit=MOST
    )
    holds = queries.holds_told(flag=found.flag, rollout=found.number, since=found.started_at)
    lines = [*_of_events(events), *(_of_hold(at, sentence) for at, sentence in holds)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST]


def _of_events(events: Sequence[AuditEvent]) -> list[Happened]:
    names = Names(accounts_in(events))
    return [
        Happened(at=row.at, by=row.actor, what=row.action, change=Event.of(row, names).change, why=row.reason)
        for row in events
    ]


def _of_hold(at: datetime, sentence: str) -> Happened:
    return Happened(at=at, by="", what="holds", change="", why=sentence)
