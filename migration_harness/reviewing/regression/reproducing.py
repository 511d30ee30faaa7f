"""A recorded call made again in this process: both sides, each under the purity guard."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from migration_harness.comparing.comparator import MATCHED, Judgement, signature_of
from migration_harness.comparing.observation import Observation
from migration_harness.comparing.zeros import strictly
from migration_harness.seams.asking import words_of
from migration_harness.seams.seam import Seam
from migration_harness.seams.sides import observe_guarded


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What both sides did, and the signature of their difference; None where they agree."""

    control: Observation
    candidate: Observation
    judgement: Judgement
    signature: str | None


def tried(seam: Seam[Any, Any], call: Mapping[str, Any]) -> Trial:
    """Run both sides with a call; nothing is recorded, and neither side can write."""
    control, candidate = _observed(seam.control, call), _observed(seam.candidate, call)
    judgement = seam.judging.judge(
        control, candidate, call=call, now=time.time(), again=lambda: _observed(seam.control, call)
    )
    if seam.judging.clean is None:
        # What a search has found by this is to be found again.
        judgement = strictly(judgement, control.value, candidate.value, root=seam.criteria.root)
    signature = None
    if judgement is not MATCHED:
        signature = signature_of(seam=seam.name, judgement=judgement, group=words_of(seam.group_by((), dict(call))))
    return Trial(control=control, candidate=candidate, judgement=judgement, signature=signature)


def _observed(side: Callable[..., Any], call: Mapping[str, Any]) -> Observation:
    return Observation(*observe_guarded(side, (), call))
