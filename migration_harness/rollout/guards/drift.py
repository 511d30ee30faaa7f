"""No write is in one store only for long."""

from dataclasses import dataclass
from datetime import timedelta

from migration_harness.models import Drift as DriftRow
from migration_harness.queries.since import seams_behind
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.wording import age, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Traces of writes that have reached one of the flag's two stores, and for too long not the other.

    One that is younger than ``oldest_seconds`` may be on its way, or waits for the reconciler, who comes every minute.
    """

    name: str = "drift"
    oldest_seconds: int = 300

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether anything has drifted for too long."""
        seams = seams_behind(watched.flag)
        if not seams:
            return GuardAnswer(
                guard=self.name, reading=Reading.NO_DATA, sentence="This process has no seam of the flag."
            )
        rows = DriftRow.objects.filter(seam__in=seams)
        old = rows.filter(at__lt=watched.now - timedelta(seconds=self.oldest_seconds))
        oldest, number = old.order_by("at").first(), old.count()
        if oldest is None:
            return GuardAnswer(
                guard=self.name,
                reading=Reading.HOLDS,
                sentence=f"Nothing has been in one store only for more than {age(self.oldest_seconds)}.",
                numbers={"open": str(rows.count()), "old": "0"},
            )
        waited = age((watched.now - oldest.at).total_seconds())
        return GuardAnswer(
            guard=self.name,
            reading=Reading.BROKEN,
            sentence=(
                f"{counted(number, 'write')} of {oldest.seam} "
                f"{'is' if number == 1 else 'are'} in one store only, the oldest for {waited}."
            ),
            numbers={"open": str(rows.count()), "old": str(number)},
        )
