"""What several gates rest on, read once for all that are asked together."""

from functools import cached_property

from migration_harness import queries
from migration_harness.plan import plan
from migration_harness.queries import Discrepancy, PhaseEvidence
from migration_harness.rollout.revision import Revision, running_revision


class Facts:
    """Read when a gate first asks for it, and the same for those after it."""

    @cached_property
    def evidence(self) -> dict[int, PhaseEvidence]:
        """What was compared in the windows that are now, by phase."""
        return {found.number: found for found in queries.evidence_for(plan().phases)}

    @cached_property
    def open_discrepancies(self) -> list[Discrepancy]:
        """What waits for a person."""
        return [each for each in queries.discrepancies() if queries.needs_review([each])]

    @cached_property
    def revision(self) -> Revision:
        """Which revision runs here."""
        return running_revision()
