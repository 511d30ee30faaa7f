"""One operation as it was recorded. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from migration_harness.operations.effects import Change, Row, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What an operation was given, what it did and what it came to.

    Attributes:
        kind: What was done, as the host names it: ``clustering``.
        operation_id: The host's own id of it; empty where it has none.
        account_id: Whose it was, as text; empty where nobody's.
        execution_path: How it came in.
        began: When it began.
        duration_ms: How long it took.
        inputs: Its arguments by name, plain.
        outcome: What it returned, plain; None where it raised.
        error: The class of what it raised; empty where it did not. Its message may hold anything.
        rows: The rows of the declared models that it changed, in order.
        steps: What it sent, stored, published and noted, in order.
        missing: What is not in it, in sentences; empty where it is whole.
        raised: Where it raised, ``file:line in function``; known of one that was run again beside live work.
    """

    kind: str
    operation_id: str
    account_id: str
    execution_path: str
    began: datetime
    duration_ms: float
    inputs: Mapping[str, Any]
    outcome: Any
    error: str
    rows: tuple[Row, ...]
    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()
    raised: str = ""

    def rows_of(self, model: str, *, change: Change | None = None) -> list[Row]:
        """Return the changes of rows of one model."""
        return [row for row in self.rows if row.model == model and change in (None, row.change)]

    def inserted(self, model: str) -> list[Mapping[str, Any]]:
        """Return the columns of the rows of a model that it inserted, as they were then."""
        return [row.after or {} for row in self.rows_of(model, change=Change.INSERTED)]

    def steps_of(self, kind: StepKind, *, name: str = "") -> list[Step]:
        """Return the steps of a kind, in order; those of one name, where one is given."""
        return [step for step in self.steps if step.kind is kind and name in ("", step.name)]
