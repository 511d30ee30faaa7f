"""The candidate is not slower than the control allows."""

from dataclasses import dataclass
from typing import Final

from migration_harness.deciding.stages import Side
from migration_harness.models import Flag
from migration_harness.queries.live_totals import duration_bounds
from migration_harness.queries.since import durations_since, seams_behind
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.rollout.guards.percentile import percentile_ns
from migration_harness.wording import counted

PERCENT: Final = 95
_MS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slower:
    """One seam's two sides, in nanoseconds that 95 % of the calls did not exceed, and the number of calls of each."""

    seam: str
    control_ns: int
    candidate_ns: int
    calls: int

    @property
    def sentence(self) -> str:
        """Both, in words."""
        return (
            f"{self.seam}: {PERCENT} % of {counted(self.calls, 'call')} took the candidate up to "
            f"{_ms(self.candidate_ns)} ms and the control up to {_ms(self.control_ns)} ms"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long both sides of each seam took, in the calls in which both ran, since the flag last changed.

    Broken where the candidate's 95th percentile is more than ``times`` that of the control, and more than
    ``allowance_ms`` above it: nobody notices that of two things that take microseconds one takes three times as long.
    The percentile is that of the rollups' histogram, whose bounds are 1, 2, 5, 10 … of each power of ten, the calls of
    a bucket taken to be spread evenly.

    Attributes:
        name: Its name.
        times: How many times the control's percentile the candidate's may be.
        allowance_ms: By how many milliseconds it may be above it in any case.
        enough: How many calls of a seam have to be timed.
    """

    name: str = "latency"
    times: int = 2
    allowance_ms: int = 10
    enough: int = 100

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether any seam's candidate is too slow."""
        found = self._timed(watched)
        if not found:
            return GuardAnswer(
                guard=self.name,
                reading=Reading.NO_DATA,
                sentence=f"No seam of the flag has {self.enough:,} timed calls since the step began.",
            )
        slow = [each for each in found if self._is_slow(each)]
        worst = max(slow or found, key=lambda each: each.candidate_ns - each.control_ns)
        numbers = {
            key: value
            for each in found
            for key, value in (
                (f"{each.seam} candidate_ms", _ms(each.candidate_ns)),
                (f"{each.seam} control_ms", _ms(each.control_ns)),
            )
        }
        return GuardAnswer(
            guard=self.name,
            reading=Reading.BROKEN if slow else Reading.HOLDS,
            sentence=f"{worst.sentence}.",
            numbers=numbers,
        )

    def _timed(self, watched: Watched) -> list[_Slower]:
        flag = Flag.objects.filter(name=watched.flag).first()
        names, bounds = seams_behind(watched.flag), duration_bounds()
        counts = durations_since(
            seam_names=names, since=watched.since, epoch=flag.epoch if flag else 0, buckets=len(bounds) + 1
        )
        found = []
        for seam in names:
            sides = [counts.get((seam, side.value), []) for side in (Side.CONTROL, Side.CANDIDATE)]
            if min(map(sum, sides)) < self.enough:
                continue
            control, candidate = (percentile_ns(counts=each, bounds_ns=bounds, percent=PERCENT) for each in sides)
            assert control is not None and candidate is not None, "there are calls"  # noqa: S101, PT018
            found.append(_Slower(seam=seam, control_ns=control, candidate_ns=candidate, calls=sum(sides[1])))
        return found

    def _is_slow(self, each: _Slower) -> bool:
        return (
            each.candidate_ns > self.times * each.control_ns
            and each.candidate_ns - each.control_ns > self.allowance_ms * _MS
        )


def _ms(ns: int) -> str:
    return f"{ns / _MS:,.3g}" if ns < 100 * _MS else f"{ns / _MS:,.0f}"
