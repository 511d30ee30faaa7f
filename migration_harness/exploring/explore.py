"""One search, from the name of a seam to what is kept of it.

Note [Nothing is left]: both sides run under guard, which holds at every alias, and so does what the host names; the
whole search is in one transaction that is rolled back. What was found is written afterwards.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from django.utils import timezone

from migration_harness.database import transaction
from migration_harness.exceptions import NotExplorable, UnknownSeam
from migration_harness.exploring.inputs import Inputs
from migration_harness.exploring.keeping import Finding, apart, keep, tried_again
from migration_harness.exploring.past import Past, held_still, past_calls
from migration_harness.exploring.searching import Searched, search
from migration_harness.exploring.smallest import smallest
from migration_harness.log.comparison import Comparison
from migration_harness.queries import seam_named
from migration_harness.seams.boundaries import boundaries_of
from migration_harness.seams.seam import Seam
from migration_harness.seams.sides import answered_under_guard

SECONDS: Final = 60.0
_SEEDS: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What a search came to.

    Attributes:
        seam: The seam.
        seed: What makes the same search again.
        inputs: How many inputs were tried.
        past: How many past calls it began with.
        branches_reached: Ways of branches that inputs went, in the sides' own code.
        branches_known: Ways that there are in the functions which were entered.
        is_whole: Whether there are no other inputs.
        solver: What has solved for inputs besides; empty for nothing.
        findings: What differs, the most money first.
        fixed: The signatures of what differed in an earlier search, and does not any more.
        seconds: How long it took.
    """

    seam: Seam[Any, Any]
    seed: int
    inputs: int
    past: int
    branches_reached: int
    branches_known: int
    is_whole: bool
    solver: str
    findings: tuple[Finding, ...]
    fixed: tuple[str, ...]
    seconds: float


def explore(
    name: str,
    *,
    seconds: float = SECONDS,
    seed: int | None = None,
    most_inputs: int | None = None,
    on_batch: Callable[[Searched], None] = lambda _: None,
) -> Explored:
    """Search inputs on which the sides of a seam differ and nothing explains it; each is kept until it is fixed.

    Raises UnknownSeam, and NotExplorable where no input can be made.
    """
    seam, began, now = _seam(name), monotonic(), timezone.now()
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    with _nothing_left(), held_still(seam):
        past = past_calls(seam, now=now)
        known = tried_again(seam)
        inputs = Inputs(seam, named=answered_under_guard(boundaries_of, seam.name), past=past.calls)
        found = search(
            seam, inputs, seed_number=seed, until=began + seconds, most_inputs=most_inputs, on_batch=on_batch
        )
        findings = _ranked(
            [smallest(seam, each, inputs) for each in {**known.differing, **found.found}.values()],
            past,
        )
    known.settle(found.found, seed=seed, is_whole=found.is_whole)
    keep(seam, findings, fixed=known.fixed, seed=seed, now=now)
    return Explored(
        seam=seam,
        seed=seed,
        inputs=found.inputs,
        past=len(past.calls),
        branches_reached=len(found.branches.taken),
        branches_known=found.branches.known,
        is_whole=found.is_whole,
        solver=found.solver,
        findings=tuple(findings),
        fixed=tuple(sorted(known.fixed)),
        seconds=monotonic() - began,
    )


def _seam(name: str) -> Seam[Any, Any]:
    seam = seam_named(name)
    if seam is None:
        raise UnknownSeam(f"There is no seam {name!r} that compares. List them: harness status")
    if not callable(seam.candidate):
        raise NotExplorable(f"{name}: its candidate cannot be called.")
    return seam


def _ranked(found: list[Comparison], past: Past) -> list[Finding]:
    findings = [Finding(comparison=each, near=past.near(each.call, each.group)) for each in found]
    return sorted(findings, key=lambda each: (-(apart(each.comparison) or 0) * each.near, -each.near))


@contextmanager
def _nothing_left() -> Iterator[None]:
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.give_back()
