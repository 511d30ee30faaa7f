"""Both sides of a seam run now, whatever its flag says, and are to come to the same."""

from typing import Any

from migration_harness.comparing.comparator import Verdict
from migration_harness.seams.seam import Seam
from migration_harness.testing.compared import Compared
from migration_harness.testing.listening import judged_now
from migration_harness.testing.raising import SidesDiffer

_AGREE = frozenset({Verdict.MATCH, Verdict.BOTH_ERROR})


def assert_same(seam: Seam[..., Any], /, *args: Any, explained: bool = True, **call: Any) -> Compared:
    """Run both sides under guard on the arguments of a call, and raise SidesDiffer where they differ.

    Nobody is answered and nothing is recorded. A difference that an explanation covers passes, but for
    ``explained=False``; so does the same declared error of both. Returns what was compared.
    """
    compared = judged_now(seam, args, call)
    if compared.verdict not in (_AGREE | {Verdict.INTENDED} if explained else _AGREE):
        raise SidesDiffer([compared])
    return compared
