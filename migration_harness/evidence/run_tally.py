"""What the comparisons of a run add up to, and the few of them that are kept whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from migration_harness.comparing.comparator import UNEXPLAINED
from migration_harness.evidence.recorded_usage import RecordedCall
from migration_harness.log.comparison import Comparison
from migration_harness.log.rendering import payload_of
from migration_harness.models import Run, RunEvidence, RunSample

SAMPLES_UNEXPLAINED: Final = 20
"""Samples that a run keeps of an unexplained signature."""
SAMPLES_EXPLAINED: Final = 3
"""Samples that a run keeps of an explained one."""

_Key = tuple[str, str, str, str, tuple[str, ...], str, str]
"""Seam, revision, account, plan, group, verdict and signature: what comparisons that are alike have in common."""


@dataclass(slots=True)
class _Alike:
    comparisons: int = 0
    control_sum: Decimal | int | None = None
    candidate_sum: Decimal | int | None = None
    one_sided: int = 0

    def add(self, control: Decimal | int | None, candidate: Decimal | int | None) -> None:
        """Count one comparison more."""
        self.comparisons += 1
        self.control_sum = _plus(self.control_sum, control)
        self.candidate_sum = _plus(self.candidate_sum, candidate)
        self.one_sided += (control is None) is not (candidate is None)


class RunTally:
    """Comparisons folded as they come: memory grows with kinds of calls and accounts, not with calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._alike: dict[_Key, _Alike] = {}
        self._samples: dict[str, list[RunSample]] = {}

    def add(self, call: RecordedCall, found: Comparison) -> None:
        """Count a comparison, and keep it as a sample where there are few of its signature."""
        self.calls += 1
        signature = found.signature or ""
        key = (
            found.seam, found.revision, found.account_id, found.account_plan, tuple(found.group), found.verdict.value,
            signature,
        )  # fmt: skip
        if (alike := self._alike.get(key)) is None:
            alike = self._alike[key] = _Alike()
        alike.add(found.control_measure, found.candidate_measure)
        if signature:
            self._sample(call, found, signature)

    def evidence_of(self, run: Run) -> Iterator[RunEvidence]:
        """Yield a row for all comparisons that are alike."""
        for (seam, revision, account_id, plan, group, verdict, signature), alike in self._alike.items():
            yield RunEvidence(
                run=run,
                seam=seam,
                revision=revision,
                account_id=account_id,
                account_plan=plan,
                group=list(group),
                verdict=verdict,
                signature=signature,
                comparisons=alike.comparisons,
                control_sum=alike.control_sum,
                candidate_sum=alike.candidate_sum,
                one_sided=alike.one_sided,
            )

    def samples_of(self, run: Run) -> list[RunSample]:
        """Return what was kept whole."""
        samples = [sample for kept in self._samples.values() for sample in kept]
        for sample in samples:
            sample.run = run
        return samples

    @property
    def verdicts(self) -> dict[str, int]:
        """How many comparisons have each verdict."""
        counts: dict[str, int] = {}
        for (*_, verdict, _), alike in self._alike.items():
            counts[verdict] = counts.get(verdict, 0) + alike.comparisons
        return counts

    def _sample(self, call: RecordedCall, found: Comparison, signature: str) -> None:
        kept = self._samples.setdefault(signature, [])
        if len(kept) < (SAMPLES_UNEXPLAINED if found.verdict in UNEXPLAINED else SAMPLES_EXPLAINED):
            kept.append(
                RunSample(
                    signature=signature,
                    explanation=found.judgement.explanation,
                    payload=payload_of(found.judgement, found.call),
                    account_id=found.account_id,
                    operation_id=call.operation_id,
                    at=call.at,
                )
            )


def _plus(total: Decimal | int | None, value: Decimal | int | None) -> Decimal | int | None:
    return total if value is None else value if total is None else total + value
