"""The search itself: hypothesis makes inputs, in batches, and is led by the branches that they reach.

Note [In batches]: each batch has a seed of its own, made of the search's and its number, and builds on the inputs that
reached something new before it began. So the same seed goes through the same inputs in the same order, as far as the
time allows.

Note [Solved]: where hypothesis-crosshair is installed and the sides are pure, half of the time is CrossHair's: it runs
them on symbols and has a solver make the input that takes the other way of a branch. Its own tracer is at work then, so
nobody watches branches, and its values are no past calls; what differs counts once it does so in plain values. Which
batches are its depends on the time that they take, so such a search is not made again by its seed.
"""

from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from time import monotonic
from typing import Any, Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings, target
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS

from migration_harness.exceptions import NotExplorable
from migration_harness.exploring.branches import Branches
from migration_harness.exploring.inputs import Inputs
from migration_harness.exploring.trying import is_finding, tried
from migration_harness.log.comparison import Comparison
from migration_harness.seams.seam import Seam

BATCH: Final = 200
"""Inputs of one batch."""
SOLVED: Final = 40
"""Inputs of one that is solved: each takes the time of many."""
SOLVER: Final = "crosshair"
MOST_FINDINGS: Final = 100
"""Ways to differ after which a search ends: the first of them are to be looked at before there are more."""
_SEEDS_APART: Final = 2**32


class _Differs(Exception):
    """An input on which the sides differ in a way that is not known yet."""


class _TimeIsUp(BaseException):
    """Ends a batch: hypothesis takes any plain exception for a finding."""


@dataclass(slots=True)
class Searched:
    """What a search went through.

    Attributes:
        inputs: How many inputs were tried.
        branches: The branches of both sides that they have reached.
        found: The smallest input of each way to differ, by its signature.
        is_whole: Whether there are no other inputs.
        solver: What has solved for inputs besides; empty for nothing.
    """

    inputs: int = 0
    branches: Branches = field(default_factory=Branches)
    found: dict[str, Comparison] = field(default_factory=dict)
    is_whole: bool = False
    solver: str = ""


def search(
    seam: Seam[Any, Any],
    inputs: Inputs,
    *,
    seed_number: int,
    until: float,
    most_inputs: int | None = None,
    on_batch: Callable[[Searched], None] = lambda _: None,
) -> Searched:
    """Try inputs until a moment of ``monotonic``, or ``most_inputs``. What differs is made small before it goes on."""
    found, kept = Searched(), list[Mapping[str, Any]]()
    found.solver = SOLVER if seam.pure and SOLVER in AVAILABLE_PROVIDERS else ""
    number, spent = 0, {_Batch: 0.0, _Solved: 0.0}
    while monotonic() < until and not found.is_whole and len(found.found) < MOST_FINDINGS:
        if most_inputs is not None and found.inputs >= most_inputs:
            break
        began, kind, ends = monotonic(), _Batch, until
        if found.solver and spent[_Solved] < spent[_Batch]:
            kind, ends = _Solved, min(until, began + spent[_Batch])
        kind(seam, found, kept, ends).run(inputs.calls(list(kept)), number=seed_number * _SEEDS_APART + number)
        spent[kind] += monotonic() - began
        number += 1
        on_batch(found)
    return found


class _Batch:
    """One batch: it ends with the first new way to differ, at its smallest input."""

    inputs, backend = BATCH, "hypothesis"

    def __init__(self, seam: Seam[Any, Any], found: Searched, kept: list[Mapping[str, Any]], until: float) -> None:
        self._seam, self._found, self._kept, self._until = seam, found, kept, until
        self._smallest: Comparison | None = None
        self._examples = 0

    def run(self, calls: Any, *, number: int) -> None:
        """Try a batch of these calls. Raises NotExplorable where none of them can be made."""
        look = settings(
            max_examples=self.inputs,
            backend=self.backend,
            phases=(Phase.generate, Phase.target, Phase.shrink),
            # Nothing is kept between searches: the seed says it all.
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            verbosity=Verbosity.quiet,
        )(seed(number)(given(calls)(self._look)))  # type: ignore[no-untyped-call]  # The library's.
        try:
            look()
        except (_Differs, Flaky, _TimeIsUp):
            # Where the sides do not the same twice, the last input that differed stands for it.
            pass
        except Unsatisfiable:
            raise NotExplorable(f"{self._seam.name}: no input could be made that its own types accept.") from None
        self._end()

    def _end(self) -> None:
        if self._smallest is not None:
            self._found.found[str(self._smallest.signature)] = self._smallest
        elif self._examples < self.inputs and monotonic() < self._until:
            self._found.is_whole = True

    def _look(self, call: dict[str, Any]) -> None:
        if self._smallest is None and monotonic() >= self._until:
            raise _TimeIsUp
        self._examples += 1
        self._found.inputs += 1
        found = self._tried(call)
        if is_finding(found) and self._is_new(found):
            self._smallest = found
            raise _Differs

    def _tried(self, call: dict[str, Any]) -> Comparison:
        before = len(self._found.branches.taken)
        with self._found.branches.watched() as ways:
            found = tried(self._seam, call)
        if len(self._found.branches.taken) > before:
            self._kept.append(call)
        target(float(len(ways)), label="branches")
        return found

    def _is_new(self, found: Comparison) -> bool:
        if self._smallest is not None:
            return found.signature == self._smallest.signature
        return found.signature not in self._found.found


class _Solved(_Batch):
    """One batch of a solver's. Note [Solved]."""

    inputs, backend = SOLVED, SOLVER

    def _tried(self, call: dict[str, Any]) -> Comparison:
        return tried(self._seam, call)

    def run(self, calls: Any, *, number: int) -> None:
        """Try a batch; what CrossHair says of paths that it gives up is nobody's business."""
        with redirect_stdout(StringIO()):
            super().run(calls, number=number)

    def _end(self) -> None:
        if self._smallest is not None and (found := self._in_plain_values(self._smallest)) is not None:
            self._found.found[str(found.signature)] = found

    def _in_plain_values(self, symbolic: Comparison) -> Comparison | None:
        try:
            found = tried(self._seam, symbolic.call)
            differs = found.signature == symbolic.signature
        except Exception:  # noqa: BLE001  Symbols mean nothing outside of their batch.
            return None
        return found if differs else None
