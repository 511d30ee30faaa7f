"""How large the next step may be: what a loss budget leaves of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migration_harness.models import Rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The largest share that the next step may have, in basis points, and why in one sentence."""

    share_bps: int
    sentence: str


def allowed_share_bps(rollout: "Rollout", wanted_bps: int, now: datetime) -> Allowed:  # noqa: ARG001  What a budget asks.
    """Return how much of the wanted share a rollout may give to its next step."""
    return Allowed(share_bps=wanted_bps, sentence="The rollout has no loss budget.")
