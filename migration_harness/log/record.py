"""A comparison as the log keeps it: made at the call, from then on nothing of the call is alive."""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Self

from migration_harness.comparing.comparator import Verdict
from migration_harness.log.comparison import Comparison
from migration_harness.log.keeping import NAME_CHARACTERS, Keeping
from migration_harness.log.literals import keepable
from migration_harness.log.rendering import payload_of
from migration_harness.passing import passes

COLUMNS: Final = (
    "at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature, "
    "control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run, revision"
)
SAMPLE_COLUMNS: Final = "signature, seam, verdict, explanation, group_by, payload, account_id, operation_id, at"


Read = Callable[..., Any]
"""Calls a function that reads values of the host, with its arguments."""


def read_by(read: Read) -> None:
    """Have values of the host read this way: a mapping of its own class is code of the host."""
    global _read_by  # noqa: PLW0603  One way in a process.
    _read_by = read


def _as_it_is(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


_read_by: Read = _as_it_is


class Record(NamedTuple):
    """The rows of one comparison.

    Attributes:
        seam: Its seam.
        row: The values of ``COLUMNS``.
        sample: The values of ``SAMPLE_COLUMNS``, the payload as plain values; None where none is kept.
        notes: What was kept in another form than it came in.
    """

    seam: str
    row: tuple[Any, ...]
    sample: tuple[Any, ...] | None
    notes: tuple[str, ...]

    def without_sample(self) -> Self:
        """Return the record of a comparison whose sample cannot be written."""
        return self._replace(sample=None)


def record_of(c: Comparison, *, sampled: bool = False) -> Record:
    """Return a comparison's rows, with its sample where that is wanted. Raises nothing because a value is odd."""
    keeping = Keeping()
    text, whole, measure = keeping.text, keeping.whole, keeping.measure
    (
        at, seam, epoch, stage, subject, plan, path, group, verdict, signature, control, candidate, control_ns,
        candidate_ns, operation_id, request_id, run, revision, _, _,
    ) = c  # fmt: skip
    row = (
        keeping.moment(at),
        text(seam, "seam", NAME_CHARACTERS),
        whole(epoch, "flag_epoch"),
        text(stage, "stage"),
        keeping.account_id(subject),
        text(plan, "account_plan"),
        text(path, "execution_path"),
        keeping.words(group),
        str(verdict),
        signature,
        measure(control, "control_measure"),
        measure(candidate, "candidate_measure"),
        whole(control_ns, "control_ns"),
        whole(candidate_ns, "candidate_ns"),
        text(operation_id, "operation_id"),
        text(request_id, "request_id"),
        text(run, "run"),
        text(revision, "revision"),
    )
    sample = _sample(c, row, keeping) if sampled and c.verdict is not Verdict.MATCH else None
    return Record(row[1], row, sample, tuple(keeping.notes))


def _sample(c: Comparison, row: tuple[Any, ...], keeping: Keeping) -> tuple[Any, ...]:
    explanation = keeping.text(c.judgement.explanation, "explanation", NAME_CHARACTERS)
    payload = _payload(c)
    if keeping.notes:
        payload["notes"] = [*payload.get("notes", ()), *keeping.notes]
    values = (row[9], row[1], row[8], explanation, row[7], payload, row[4], row[14])
    return (*(keepable(value) for value in values), row[0])


def _payload(c: Comparison) -> dict[str, Any]:
    try:
        payload: dict[str, Any] = _read_by(payload_of, c.judgement, c.call)
        json.dumps(payload)
    except BaseException as error:
        if passes(error):
            raise
        # Of values of the host: a sample without them is better than none.
        return {"differences": [], "call": {}, "notes": [f"The sample cannot be shown: {type(error).__name__}."]}
    return payload
