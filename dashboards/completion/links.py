"""Where what a criterion asks can be looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, assert_never

from django.urls import reverse

from migration_harness.plan import GateName
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

_GATES: Final = {
    GateName.COMPARISONS: "evidence",
    GateName.BOUND: "evidence",
    GateName.LATENCY: "evidence",
    GateName.DISCREPANCIES: "overview",
    GateName.STORES: "overview",
    GateName.FORECAST: "forecast",
    GateName.QUIET: "errors",
    GateName.TRIAL_BALANCE: "trial-balance",
}
"""The pages of gates; what is answered by people and by tests has none here."""


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
        case GateOpen(gate=gate):
            name = _GATES.get(gate)
            return [] if name is None else [_to(name, f"What the gate {gate} rests on")]
        case QuietDays():
            return [_to("errors", "Errors of the log")]
        case AmountsAgree() | PathsWork():
            return [_to("evidence", "What was compared")]
        case FlagsComplete(flags=flags):
            return [_to("flag", name, name) for name in flags]
        case LegacyGone() | str():
            return []
        case _:
            assert_never(asked)


def _to(name: str, words: str, *arguments: str) -> Link:
    return Link(words=words, address=reverse(f"dashboards:{name}", args=arguments))
