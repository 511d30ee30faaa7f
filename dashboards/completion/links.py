"""Where what a criterion asks can be looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, assert_never

from django.urls import reverse

from migration_harness.plan import GateName, Phase
from migration_harness.rollout.criteria.criterion import (
    AmountsAgree,
    Criterion,
    FlagsComplete,
    GateOpen,
    LegacyGone,
    PathsWork,
    Question,
    QuietDays,
)
from migration_harness.rollout.criteria.gates import phases_with

_GATES: Final = {
    GateName.COMPARISONS: "evidence",
    GateName.BOUND: "evidence",
    GateName.LATENCY: "evidence",
    GateName.DISCREPANCIES: "overview",
    GateName.STORES: "overview",
    GateName.FORECAST: "forecast",
    GateName.QUIET: "errors",
    GateName.LEGACY_UNUSED: "legacy",
    GateName.TRIAL_BALANCE: "trial-balance",
}
"""The pages of what gates rest on. What is answered by people, tests and backups is on the pages of the phases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address and what is there."""

    words: str
    address: str


def links_of(criterion: Criterion) -> list[Link]:
    """Return the pages of what a criterion asks, each once."""
    found = {link.address: link for asked in criterion.asks for link in _links(asked)}
    return list(found.values())


def _links(asked: Question) -> Iterable[Link]:
    match asked:
        case GateOpen(gate=gate, phase=number):
            name = _GATES.get(gate)
            rests_on = [] if name is None else [_to(name, f"What the gate {gate} rests on")]
            return [*rests_on, *(_gate_of(each, gate) for each in phases_with(gate, number))]
        case QuietDays():
            return [_to("errors", "Errors of the log")]
        case AmountsAgree() | PathsWork():
            return [_to("evidence", "What was compared")]
        case FlagsComplete(flags=flags):
            return [_to("flag", name, name) for name in flags]
        case LegacyGone():
            return [_to("legacy", "Legacy")]
        case str():
            return []
        case _:
            assert_never(asked)


def _gate_of(phase: Phase, gate: GateName) -> Link:
    address = reverse("dashboards:phase", args=[phase.number])
    return Link(words=f"Phase {phase.number}: {gate}", address=f"{address}#gate-{gate}")


def _to(name: str, words: str, *arguments: str) -> Link:
    return Link(words=words, address=reverse(f"dashboards:{name}", args=arguments))
