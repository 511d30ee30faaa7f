"""What came of the operations that were shadowed, and the two runs of one side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from migration_harness.models import ComparisonSample, RecordedOperation
from migration_harness.operations.alone import TOO_LONG
from migration_harness.operations.beside import Beside, beside
from migration_harness.operations.shadowing import Shadow

_TOO_LONG: Final = TOO_LONG.partition("{")[0]
_MORE_TIME: Final = (
    'Give it more time by HARNESS["SHADOW_MS"], for as long as its rows may be held, or its worker a quieter machine.'
)
__all__ = ["Beside", "KindShadowed", "WhyNot", "beside_kept", "beside_of", "kinds_shadowed", "why_not_compared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindShadowed:
    """What came of one kind of operations since a moment.

    Attributes:
        kind: The kind.
        states: How many came to what, by the state.
        longest_ms: How long the longest transaction was open.
    """

    kind: str
    states: Mapping[str, int]
    longest_ms: float

    @property
    def shadowed(self) -> int:
        """How many were taken."""
        return sum(self.states.values()) - self.states[Shadow.DUE]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """A reason for which operations of a kind were not compared, and for how many."""

    kind: str
    state: str
    why: str
    count: int

    @property
    def what_to_do(self) -> str:
        """What somebody can do about it, in a sentence; empty where the reason says it, or nobody can."""
        return _MORE_TIME if self.why.startswith(_TOO_LONG) else ""


def kinds_shadowed(*, since: datetime) -> list[KindShadowed]:
    """Return what came of each kind that was to be shadowed; work of replays is none of it."""
    rows = _since(since).values("kind", "shadow").annotate(count=Count("pk"), longest=Coalesce(Max("shadow_ms"), 0.0))
    found: dict[str, dict[str, int]] = {}
    longest: dict[str, float] = {}
    for row in rows:
        found.setdefault(row["kind"], dict.fromkeys(Shadow, 0))[row["shadow"]] = row["count"]
        longest[row["kind"]] = max(longest.get(row["kind"], 0.0), row["longest"])
    return [KindShadowed(kind=kind, states=found[kind], longest_ms=longest[kind]) for kind in sorted(found)]


def why_not_compared(*, since: datetime) -> list[WhyNot]:
    """Return why operations were skipped or not reproduced, the most frequent first."""
    rows = (
        _since(since)
        .filter(shadow__in=[Shadow.SKIPPED, Shadow.UNREPRODUCIBLE])
        .values("kind", "shadow", "shadow_why")
        .annotate(count=Count("pk"))
        .order_by("-count", "kind", "shadow_why")
    )
    return [WhyNot(kind=r["kind"], state=r["shadow"], why=r["shadow_why"], count=r["count"]) for r in rows]


def beside_of(sample: ComparisonSample) -> list[Beside]:
    """Return what both runs did of which a sample tells, line by line; nothing where it tells of none."""
    recording = sample.payload.get("call", {}).get("recording")
    kept = RecordedOperation.objects.filter(recording=recording).first() if recording else None
    return [] if kept is None else beside_kept(kept)


def beside_kept(kept: RecordedOperation) -> list[Beside]:
    """Return what both runs of a recorded operation did, line by line."""
    both: Mapping[str, Any] | None = kept.beside
    return [] if both is None else beside(both["control"], both["candidate"])


def _since(since: datetime) -> Any:
    return RecordedOperation.objects.filter(at__gte=since, run="").exclude(shadow="")
