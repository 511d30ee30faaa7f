"""What an exported test asserts: the oracle's answer, else what the control did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migration_harness.comparing.comparator import Verdict
from migration_harness.comparing.errors import RAISED
from migration_harness.comparing.explanations import Oracle
from migration_harness.exceptions import NotExportable
from migration_harness.log.rendering import render
from migration_harness.queries import Discrepancy
from migration_harness.reviewing.recorded import as_recorded, error_as_recorded, recorded_at
from migration_harness.reviewing.regression.rebuilding import refuse_secrets
from migration_harness.reviewing.regression.reproducing import Trial
from migration_harness.seams.seam import Seam


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of the call; exactly one of answer, fields and raises is set.

    Attributes:
        source: Who says so, for a comment.
        answer: The whole answer in a list of one, as samples keep it.
        fields: Recorded values by path, where the whole answer is not known.
        raises: The name of the exception's class.
        says: What that exception must say, in a list of one, where the candidate raises the same with other arguments.
    """

    source: str
    answer: tuple[Any] | None = None
    fields: Mapping[str, Any] | None = None
    raises: str | None = None
    says: tuple[Any] | None = None


def expectation(
    seam: Seam[Any, Any], found: Discrepancy, *, call: Mapping[str, Any], recorded: Mapping[str, Any], trial: Trial
) -> Expectation:
    """Return what the candidate must do with this call. Raises NotExportable where nothing says what is right.

    ``recorded`` is the sample's payload, for where this process does not reproduce the difference.
    """
    oracle = next((each for each in seam.criteria.explanations if isinstance(each, Oracle)), None)
    if oracle is not None:
        return _answers(render(oracle.answer(**call)), f"the oracle: {oracle.name}")
    if found.verdict == Verdict.CONTROL_ERROR:
        raise NotExportable(f"{found.signature}: the control failed, and no oracle says what is right.")
    if trial.signature == found.signature or found.verdict == Verdict.CANDIDATE_ERROR:
        return _as_the_control_did(seam, trial, says=_is_what_errors_say(found))
    return _as_recorded(found, recorded)


def _is_what_errors_say(found: Discrepancy) -> bool:
    """Tell whether both sides raise the same error, with other arguments."""
    return bool(found.paths) and all(path.startswith((f"{RAISED}.", f"{RAISED}[")) for path in found.paths)


def _as_the_control_did(seam: Seam[Any, Any], trial: Trial, *, says: bool) -> Expectation:
    if (error := trial.control.error) is not None:
        said = error_as_recorded(error) if says else None
        refuse_secrets(said)
        return Expectation(
            source="the control", raises=type(error).__qualname__, says=None if said is None else (said,)
        )
    if trial.control.blocked is not None:
        raise NotExportable(f"{seam.name}: the control tries a side effect ({trial.control.blocked}).")
    differences = trial.judgement.differences
    if any(each.meant for each in differences):
        # The rest is as a rule expects, and not as the control has it.
        fields = {d.path: recorded_at(seam, trial.control.value, d.path) for d in differences if not d.meant}
        refuse_secrets(fields)
        return Expectation(source="the control", fields=fields)
    return _answers(as_recorded(seam, trial.control.value), "the control")


def _as_recorded(found: Discrepancy, recorded: Mapping[str, Any]) -> Expectation:
    differences = recorded["differences"]
    if _is_what_errors_say(found):
        raise NotExportable(f"{found.signature}: this process does not differ, and of the error no class was recorded.")
    if found.paths == (RAISED,):
        return Expectation(source="the control, as recorded", raises=differences[0]["control"])
    values = {each["path"]: each["control"] for each in differences if "meant" not in each}
    if nameless := [path for path in values if "[*]" in path]:
        raise NotExportable(f"{found.signature}: this process does not differ, and {nameless[0]} names no one element.")
    refuse_secrets(values)
    return Expectation(source="the control, as recorded", fields=values)


def _answers(answer: Any, source: str) -> Expectation:
    refuse_secrets(answer)
    return Expectation(source=source, answer=(answer,))
