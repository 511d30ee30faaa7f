"""One discrepancy as the source of a pytest file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from migration_harness.comparing.comparator import Verdict
from migration_harness.exceptions import NotExportable
from migration_harness.models import ComparisonSample
from migration_harness.queries import Discrepancy, discrepancy, samples, seam_named
from migration_harness.reviewing.recorded import as_recorded, error_as_recorded
from migration_harness.reviewing.regression.expecting import Expectation, expectation
from migration_harness.reviewing.regression.minimising import minimised
from migration_harness.reviewing.regression.rebuilding import rebuilt_call, refuse_unlike
from migration_harness.reviewing.regression.rebuilt import Rebuilt
from migration_harness.reviewing.regression.reproducing import Trial, tried
from migration_harness.reviewing.regression.writing import written
from migration_harness.seams.reconstruction import reconstruction_of
from migration_harness.seams.seam import Seam

SAMPLES: Final = 20
"""The newest samples among which one is looked for whose call can be made again."""

_NO_TEST: Final = {
    Verdict.TIMEOUT: "a test cannot tell how long a call takes elsewhere",
    Verdict.BLOCKED: "a side effect was refused, and no answer is known to be right",
    Verdict.UNLAWFUL: "a law is about a whole operation, and not about the answer of a call",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A test file. ``reproduced``: this process still differs as recorded. ``minimised``: the call was made smaller."""

    signature: str
    file_name: str
    text: str
    reproduced: bool
    minimised: bool


def export(signature: str) -> Exported:
    """Return the test of a discrepancy: it fails while the candidate is wrong and passes once it is right.

    Raises UnknownDiscrepancy, or NotExportable with the reason. Calls both sides in this process, under the purity
    guard: nothing is written.
    """
    found = discrepancy(signature)
    seam = _exportable(found)
    sample, call = _call_of(found, seam)
    trial = tried(seam, _values(call))
    reproduced, smaller = trial.signature == signature, bool(sample.payload.get("smallest"))
    if reproduced and seam.pure and not smaller:
        recorded = _smallest(seam, sample, signature)
        smaller = recorded != sample.payload["call"]
        call = rebuilt_call(seam.candidate, recorded, reconstruction_of(seam.name), sample.payload["kinds"])
        trial = tried(seam, _values(call))
    expected = expectation(seam, found, call=_values(call), recorded=sample.payload, trial=trial)
    if reproduced:
        _refuse_blind(seam, expected, trial)
    text = written(seam=seam, found=found, call=call, expected=expected, minimised=smaller, reproduced=reproduced)
    name = f"test_{signature}.py"
    return Exported(signature=signature, file_name=name, text=text, reproduced=reproduced, minimised=smaller)


def _exportable(found: Discrepancy) -> Seam[Any, Any]:
    if found.state == "explained":
        raise NotExportable(f"{found.signature} is explained: there is no fault to test for.")
    if why := _NO_TEST.get(Verdict(found.verdict)):
        raise NotExportable(f"{found.signature} is {found.verdict}: {why}.")
    seam = seam_named(found.seam)
    if seam is None:
        raise NotExportable(f"{found.seam} is no seam of this code any more.")
    return seam


def _call_of(found: Discrepancy, seam: Seam[Any, Any]) -> tuple[ComparisonSample, dict[str, Rebuilt]]:
    """Return the newest sample whose call can be made again."""
    refused = NotExportable(f"No sample of {found.signature} was kept: the call is not known.")
    for sample in samples(found.signature, limit=SAMPLES):
        try:
            return sample, _call_again(seam, sample.payload)
        except NotExportable as error:
            refused = error
    raise refused


def _call_again(seam: Seam[Any, Any], payload: Mapping[str, Any]) -> dict[str, Rebuilt]:
    if "kinds" not in payload:
        raise NotExportable("It was recorded by an earlier release, which did not keep what the arguments were.")
    declared = reconstruction_of(seam.name)
    call = rebuilt_call(seam.candidate, payload["call"], declared, payload["kinds"])
    refuse_unlike(call, payload["call"], payload["kinds"], declared.arguments)
    return call


def _smallest(seam: Seam[Any, Any], sample: ComparisonSample, signature: str) -> dict[str, Any]:
    declared, kinds = reconstruction_of(seam.name), sample.payload["kinds"]

    def same(recorded: dict[str, Any]) -> bool:
        try:
            return tried(seam, _values(rebuilt_call(seam.candidate, recorded, declared, kinds))).signature == signature
        except Exception:  # noqa: BLE001  A call that cannot be made, or that nothing can judge, is not the same.
            return False

    return minimised(sample.payload["call"], same=same)


def _refuse_blind(seam: Seam[Any, Any], expected: Expectation, trial: Trial) -> None:
    """Raise where the test would pass although this process differs: what differs is cut off in the recorded form."""
    error, is_blind = trial.candidate.error, False
    if expected.says is not None and error is not None:
        is_blind = (error_as_recorded(error),) == expected.says
    elif expected.answer is not None and error is None:
        is_blind = (as_recorded(seam, trial.candidate.value),) == expected.answer
    if is_blind:
        raise NotExportable(f"{seam.name}: what differs is too deep or too long for the recorded form.")


def _values(call: Mapping[str, Rebuilt]) -> dict[str, Any]:
    return {name: each.value for name, each in call.items()}
