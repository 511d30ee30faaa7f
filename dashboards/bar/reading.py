"""What the bar shows: read by as many queries on every page, however many accounts, flags and processes there are."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import structlog

from dashboards.bar.broker import broker
from dashboards.labels import Label, Tone
from migration_harness import queries
from migration_harness.control.retiring import DRILL_FLAG
from migration_harness.control.together import belonging
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.plan import plan
from migration_harness.queries import AtRisk, FleetMember, LiveAccounts
from migration_harness.wording import counted

log = structlog.get_logger("harness")

_MANY: Final = {"web": "web", "beat": "beat", "process": "processes"}
"""How roles are called that several processes have; the others take an s."""
SHOWN: Final = 6
"""Flags with a button of their own in the bar; the page of the brakes has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """The way back of one flag.

    Attributes:
        flag: Its name.
        is_active: It puts somebody on the candidate, or would if a flag that it requires did.
        on_candidate: How many accounts are there by it now; None where nobody knows.
        along: Flags that come along, since they require it.
        customers_see: What customers see while it is rolled back; empty where they see nothing of it.
    """

    flag: str
    is_active: bool
    on_candidate: int | None
    along: tuple[str, ...]
    customers_see: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The whole bar. ``epoch`` is the one of this look: whoever obeys a rollback from here has a later one."""

    epoch: int
    brakes: list[Brake]
    accounts: LiveAccounts | None
    risk: AtRisk
    processes: Label
    broker: Label

    @property
    def active(self) -> list[Brake]:
        """Those that there is anything to take from."""
        return [each for each in self.brakes if each.is_active]

    @property
    def shown(self) -> list[Brake]:
        """Those that have a button."""
        return self.active[:SHOWN]

    @property
    def hidden(self) -> int:
        """How many have none."""
        return len(self.active) - len(self.shown)


def bar() -> Bar:
    """Read the bar."""
    snapshot = queries.snapshot()
    accounts = _accounts(snapshot)
    return Bar(
        epoch=snapshot.epoch,
        brakes=brakes_of(snapshot, accounts),
        accounts=accounts,
        risk=queries.at_risk(),
        processes=_processes(queries.fleet()),
        broker=broker.state(),
    )


def _accounts(snapshot: Snapshot) -> LiveAccounts | None:
    """Count the accounts; None where the host cannot say which there are, which keeps nobody from a rollback."""
    try:
        return queries.live_accounts(snapshot)
    except Exception as error:  # noqa: BLE001  The directory is the host's code.
        log.warning("harness.accounts_unknown", error=type(error).__name__)
        return None


def brakes_of(snapshot: Snapshot, accounts: LiveAccounts | None) -> list[Brake]:
    """Return the way back of every flag on the lists, by name."""
    sees = plan().customers_see
    return [
        Brake(
            flag=name,
            is_active=flag.unanimous is not False,
            on_candidate=accounts.by_flag.get(name) if accounts else None,
            along=tuple(each.flag for each in belonging(snapshot, [name])),
            customers_see=sees(name),
        )
        for name, flag in sorted(snapshot.flags.items())
        if name != DRILL_FLAG and not flag.retired
    ]


def _processes(fleet: list[FleetMember]) -> Label:
    """Return the processes that decide, in a word: how many of which role, and whether one is behind."""
    live = [each for each in fleet if each.is_live]
    behind = sum(1 for each in live if each.behind)
    roles = Counter(each.process.role for each in live)
    word = ", ".join(counted(count, role, _MANY.get(role, "")) for role, count in sorted(roles.items())) or "no process"
    if behind:
        return Label(
            mark="…",
            word=f"{word}; {behind} behind",
            tone=Tone.WAITING,
            meaning="Has not acknowledged the last change.",
        )
    if not live:
        return Label(mark="?", word=word, tone=Tone.PLAIN, meaning="No process holds a lease: nobody decides by flags.")
    return Label(
        mark="✓",
        word=word,
        tone=Tone.GOOD,
        meaning=f"{counted(len(live), 'process', 'processes')} obey the last change.",
    )
