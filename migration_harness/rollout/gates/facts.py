"""What several gates rest on, read once for all that are asked together."""

from datetime import datetime
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from migration_harness import queries
from migration_harness.evidence.findings import Finding
from migration_harness.evidence.quiet import Told
from migration_harness.models import PhaseAdvance, TestRun
from migration_harness.money.trial_balance.standing import standing
from migration_harness.plan import plan
from migration_harness.queries import Discrepancy, FlagStatus, Heard, KindRecorded, PhaseEvidence
from migration_harness.retire.watched import LookedAtOnce, Tree
from migration_harness.rollout.revision import Revision, running_revision
from migration_harness.stores.pair import stores_equal


class Facts:
    """Read when a gate first asks for it, and the same for those after it; all are asked for one moment, ``at``."""

    def __init__(self, *, at: datetime | None = None) -> None:
        self.at = at or timezone.now()
        self._told = dict[int, Told]()
        self._equal = dict[str, bool]()

    def told(self, days: int) -> Told:
        """Return what is known of errors in the last days."""
        if days not in self._told:
            self._told[days] = queries.told_of_days(days=days, now=self.at)
        return self._told[days]

    def stores_equal(self, flag: str) -> bool:
        """Tell whether the stores of a flag hold the same. Raises NoStorePair."""
        if flag not in self._equal:
            self._equal[flag] = stores_equal(flag)
        return self._equal[flag]

    @cached_property
    def kinds_recorded(self) -> list[KindRecorded]:
        """How many operations of each kind were recorded lately."""
        return queries.kinds_recorded_lately(now=self.at)

    @cached_property
    def evidence(self) -> dict[int, PhaseEvidence]:
        """What was compared in the windows that are now, by phase."""
        return {found.number: found for found in queries.evidence_for(plan().phases)}

    @cached_property
    def heard(self) -> list[Heard]:
        """What is called, and what fell silent."""
        return queries.heard(now=self.at)

    @cached_property
    def open_discrepancies(self) -> list[Discrepancy]:
        """What waits for a person."""
        return queries.waiting_discrepancies()

    @cached_property
    def flags(self) -> dict[str, FlagStatus]:
        """Every flag by its name, retired ones as well."""
        return {flag.name: flag for flag in queries.flag_statuses(retired=True)}

    @cached_property
    def test_runs(self) -> dict[int, TestRun]:
        """The newest run of the tests after each phase."""
        return {run.phase: run for run in TestRun.objects.order_by("phase", "-id").distinct("phase")}

    @cached_property
    def never_compared(self) -> set[str]:
        """The seams of which nothing was ever compared, though some calls are to be."""
        complete = {name for name, flag in self.flags.items() if flag.is_complete}
        return {each.name for each in queries.seam_statuses() if not each.comparisons and each.flag not in complete}

    @cached_property
    def closed(self) -> dict[int, PhaseAdvance]:
        """What closed each phase."""
        return queries.closed_phases()

    @cached_property
    def books(self) -> Finding:
        """What the standing trial balance says."""
        return standing().finding

    @cached_property
    def tree(self) -> Tree:
        """The files of this installation, each looked at once."""
        return LookedAtOnce(Path(settings.BASE_DIR))

    @cached_property
    def revision(self) -> Revision:
        """Which revision runs here."""
        return running_revision()
