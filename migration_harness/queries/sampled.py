"""How much was compared since a flag was changed: the sample of a rollout's step."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from migration_harness.database import connection
from migration_harness.deciding.stages import COHORT_STAGES
from migration_harness.queries.seams import seam_named
from migration_harness.queries.windows import windows_of

_SQL: Final = """
SELECT coalesce(sum(e.comparisons), 0)::bigint,
       coalesce(sum(e.comparisons) FILTER (WHERE e.stage = ANY(%(cohort)s)), 0)::bigint
FROM migration_harness_evidence e
JOIN unnest(%(seams)s::text[], %(revisions)s::text[], %(epochs)s::bigint[]) AS now (seam, revision, epoch)
    ON e.seam = now.seam AND e.revision = now.revision AND e.flag_epoch >= greatest(now.epoch, %(epoch)s)
WHERE e.run = '' AND e.seam = ANY(%(seams)s) AND e.revision = ANY(%(revisions)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """Comparisons of a flag's seams; the candidate has answered in ``answered`` of them."""

    compared: int
    answered: int


def sampled_since(*, seams: Iterable[str], epoch: int) -> Sampled:
    """Return what these seams have compared, of the code that runs now, by flags as they are since ``epoch``."""
    windows = windows_of(seam for seam in map(seam_named, seams) if seam is not None)
    parameters: dict[str, Any] = {
        "seams": list(windows),
        "revisions": [window.revision for window in windows.values()],
        "epochs": [window.epoch for window in windows.values()],
        "cohort": [stage.value for stage in COHORT_STAGES],
        "epoch": epoch,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        compared, answered = cursor.fetchone()
    return Sampled(compared=compared, answered=answered)
