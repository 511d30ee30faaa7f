"""One input, tried on both sides: under guard, recorded nowhere."""

from collections.abc import Mapping
from typing import Any, Final

from migration_harness.comparing.comparator import UNEXPLAINED, Verdict, signature_of
from migration_harness.comparing.zeros import strictly
from migration_harness.log.comparison import Comparison
from migration_harness.seams.asking import words_of
from migration_harness.seams.seam import Seam

FINDINGS: Final = UNEXPLAINED - {Verdict.TIMEOUT}
"""Verdicts that are findings: what is intended, or late on this machine, is none."""


def tried(seam: Seam[Any, Any], call: Mapping[str, Any]) -> Comparison:
    """Return what control, candidate and oracle make of a call. Stricter than a live one in a zero with a minus."""
    found, control, candidate = seam.compared((), dict(call))
    if seam.judging.clean is not None:
        # Answers are compared in another form, which alone decides.
        return found
    judgement = strictly(found.judgement, control[0], candidate[0], root=seam.criteria.root)
    if judgement is found.judgement:
        return found
    name = signature_of(seam=seam.name, judgement=judgement, group=words_of(found.group))
    return found._replace(verdict=judgement.verdict, judgement=judgement, signature=name, call=dict(call))


def is_finding(found: Comparison) -> bool:
    """Tell whether somebody has to look at it."""
    return found.signature is not None and found.verdict in FINDINGS
