"""Fields in which the control differs from itself: what changes by itself is noise, and not the candidate's fault."""

from collections.abc import Iterable
from dataclasses import replace
from random import randrange
from typing import Final

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.comparing.difference import Difference
from migration_harness.deciding.buckets import BUCKETS

MAX_REMEMBERED: Final = 1_000
"""Of fields, and of ways to differ that were looked into; beyond it nothing is learnt."""


class Noise:
    """What one process has learnt of one seam's noise, by running the control twice on some calls.

    ``share_bps`` of the compared calls are such calls, and the first one that differs in a new way.
    """

    def __init__(self, *, share_bps: int) -> None:
        self.fields: set[str] = set()
        self._share_bps = share_bps
        self._looked_into: set[frozenset[str]] = set()

    def is_due(self, judgement: Judgement) -> bool:
        """Tell whether the control is to run once more for this call."""
        return self._is_new(judgement) or randrange(BUCKETS) < self._share_bps  # noqa: S311  A sample.

    def learn(self, differences: Iterable[Difference]) -> None:
        """Remember the fields in which two runs of the control differ."""
        for difference in differences:
            if len(self.fields) < MAX_REMEMBERED:
                self.fields.add(difference.field)

    def without(self, judgement: Judgement) -> Judgement:
        """Return the judgement of a mismatch without the noise: nothing left means that it is intended."""
        if judgement.verdict is not Verdict.MISMATCH or not self.fields:
            return judgement
        rest = tuple(each for each in judgement.differences if each.field not in self.fields)
        if rest:
            return replace(judgement, differences=rest)
        return replace(judgement, verdict=Verdict.INTENDED, explanation="noise: the control differs from itself here")

    def _is_new(self, judgement: Judgement) -> bool:
        way = frozenset(each.field for each in judgement.differences)
        if judgement.verdict is not Verdict.MISMATCH or way in self._looked_into or way <= self.fields:
            return False
        if len(self._looked_into) < MAX_REMEMBERED:
            self._looked_into.add(way)
            return True
        return False
