"""A flag as pages show it: who is on the candidate, who changed it last, and what can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.commands import Command, flag_commands
from dashboards.labels import STAGES
from dashboards.names import Names
from dashboards.trail import Event, accounts_in
from migration_harness import queries
from migration_harness.accounts import directory
from migration_harness.models import AuditEvent
from migration_harness.queries import FlagStatus
from migration_harness.wording import cohort_text

NAMED: Final = 5
"""Accounts of a cohort that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCard:
    """The card of one flag."""

    status: FlagStatus
    stage_text: str
    baseline_text: str
    cohort: str
    on_candidate: int
    accounts: int
    names: str
    last_change: Event | None
    commands: list[Command]

    @property
    def is_rolled_back(self) -> bool:
        """Whether a rollback keeps everybody on the control."""
        return self.status.everyone is False


def cards_and_events(flags: Sequence[FlagStatus], newest: Sequence[AuditEvent]) -> tuple[list[FlagCard], list[Event]]:
    """Return the cards of these flags and these events together, so that their accounts are looked up at once."""
    ids = directory().all_ids()
    cohorts, changes = queries.cohorts(ids, of={flag.name for flag in flags}), queries.last_changes()
    shown = {flag.name: cohorts.get(flag.name, []) for flag in flags}
    named = accounts_in([*(changes[name] for name in shown if name in changes), *newest])
    names = Names(named.union(*(cohort[:NAMED] for cohort in shown.values())))
    cards = [_card(flag, shown[flag.name], changes, names, accounts=len(ids)) for flag in flags]
    unsigned = {found.pk for found in queries.not_countersigned()} if newest else set()
    return cards, [Event.of(row, names, unsigned) for row in newest]


def _card(
    flag: FlagStatus, cohort: list[str], changes: Mapping[str, AuditEvent], names: Names, *, accounts: int
) -> FlagCard:
    return FlagCard(
        status=flag,
        stage_text=STAGES[flag.stage],
        baseline_text=STAGES[flag.baseline],
        cohort=cohort_text(flag),
        on_candidate=len(cohort),
        accounts=accounts,
        names=names.some(cohort, most=NAMED),
        last_change=Event.of(changes[flag.name], names) if flag.name in changes else None,
        commands=flag_commands(flag),
    )
