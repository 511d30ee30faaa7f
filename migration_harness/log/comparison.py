"""One row of the comparison log."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from migration_harness.comparing.comparator import MATCHED, Judgement, Verdict
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.sqlstates import EVIDENCE_LOST, sqlstate_of

if TYPE_CHECKING:
    from migration_harness.deciding.snapshot import Decision
    from migration_harness.deciding.unit_of_work import UnitOfWork

Number = Decimal | int | None
Match = tuple[float, str, str, "Decision", "UnitOfWork | None", Any, str, Sequence[str], Number, Number, int, int]
"""A call in which both sides agree, as the caller leaves it for the flush: see ``comparison_of``."""
_NO_CALL: Final[dict[str, Any]] = {}


class Comparison(NamedTuple):
    """A call in which both sides ran, as it is logged.

    ``at`` is in seconds since 1970, durations are in nanoseconds, measures in the seam's unit. ``subject`` is what
    the seam returned as its subject; as text it is the account's id. ``judgement`` and ``call`` become the sample of
    anything but a match.
    """

    at: float
    seam: str
    flag_epoch: int
    stage: str
    subject: Any
    account_plan: str
    execution_path: str
    group: Sequence[str]
    verdict: Verdict
    signature: str | None
    control_measure: Decimal | int | None
    candidate_measure: Decimal | int | None
    control_ns: int
    candidate_ns: int
    operation_id: str
    request_id: str
    run: str
    revision: str
    judgement: Judgement
    call: dict[str, Any]

    @property
    def account_id(self) -> str:
        """The account's id as text, empty without an account."""
        return "" if self.subject is None else str(self.subject)


def comparison_of(match: Match) -> Comparison:
    """Return a match as it is logged. What follows from its parts is looked up here, not while a caller waits."""
    at, seam, revision, decision, work, subject, account_plan, group, control, candidate, control_ns, candidate_ns = (
        match
    )
    path, request_id, run = (
        (ExecutionPath.DIRECT, "", "") if work is None else (work.execution_path, work.request_id, work.run)
    )
    fields = (
        at, seam, decision.epoch, decision.stage, subject, account_plan, path, group, Verdict.MATCH, None, control,
        candidate, control_ns, candidate_ns, "", request_id, run, revision, MATCHED, _NO_CALL,
    )  # fmt: skip
    # Without the Python function that the class's own constructor is: a flush makes thousands.
    return tuple.__new__(Comparison, fields)


class Evidence(NamedTuple):
    """A comparison on its way into the statement that writes the charge. A tuple, because each charge makes one.

    Attributes:
        seam: The seam that compared.
        comparison: The row of the log as the text of a ``migration_harness_recorded``, for ``migration_harness_prove``.
        sample: The row of the samples as a JSON object; None where no sample is kept.
        announce: Logs the difference, when the charge has committed; None where there is nothing to say.
    """

    seam: str
    comparison: str
    sample: str | None
    announce: Callable[[], None] | None

    @staticmethod
    def is_lost_by(error: Exception) -> bool:
        """Tell whether a database error says that ``migration_harness_prove`` could not write the evidence.

        It has an SQLSTATE of its own. Any other error is not about the evidence: nothing is charged.
        """
        return sqlstate_of(error) == EVIDENCE_LOST
