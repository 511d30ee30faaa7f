"""What came of the operations that were shadowed, and the two runs of one side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from migration_harness.comparing.comparator import UNEXPLAINED
from migration_harness.models import Comparison, ComparisonSample, RecordedOperation
from migration_harness.operations.alone import TOO_LONG
from migration_harness.operations.beside import Beside, beside
from migration_harness.operations.laws import PREFIX
from migration_harness.operations.shadowing import Shadow

_TOO_LONG: Final = TOO_LONG.partition("{")[0]
_MORE_TIME: Final = (
    'Give it more time by HARNESS["SHADOW_MS"], for as long as its rows may be held, or its worker a quieter machine.'
)
_AROUND: Final = timedelta(seconds=1)
"""Before and after an operation in which its comparisons are looked for."""
__all__ = [
    "Beside", "KindShadowed", "WhyNot", "beside_kept", "beside_of", "differed_inside", "kinds_shadowed",
    "why_not_compared",
]  # fmt: skip


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
    kept = _operation_of(sample)
    return [] if kept is None else beside_kept(kept)


def differed_inside(sample: ComparisonSample) -> list[str]:
    """Return in sentences which seams differed in the operation of which a sample tells, as long as the log has it.

    What differs there is most often why the whole operation does.
    """
    kept = _operation_of(sample)
    if kept is None or not kept.request_id:
        return []
    until = kept.at + timedelta(milliseconds=kept.duration_ms) + _AROUND
    inside = Comparison.objects.filter(
        at__range=(kept.at - _AROUND, until), request_id=kept.request_id,
        account_id__in=["", kept.account_id], verdict__in=UNEXPLAINED,
    ).exclude(seam__startswith=PREFIX)  # fmt: skip
    found = sorted({(each.seam, each.verdict, " · ".join(each.group), each.signature) for each in inside})
    return [
        f"In the same operation the seam {seam} differed for customers: {verdict.replace('_', ' ')} of {group}, "
        f"discrepancy {signature}."
        for seam, verdict, group, signature in found
    ]


def _operation_of(sample: ComparisonSample) -> RecordedOperation | None:
    recording = sample.payload.get("call", {}).get("recording")
    return RecordedOperation.objects.filter(recording=recording).first() if recording else None


def beside_kept(kept: RecordedOperation) -> list[Beside]:
    """Return what both runs of a recorded operation did, line by line."""
    both: Mapping[str, Any] | None = kept.beside
    return [] if both is None else beside(both["control"], both["candidate"])


def _since(since: datetime) -> Any:
    return RecordedOperation.objects.filter(at__gte=since, run="").exclude(shadow="")
