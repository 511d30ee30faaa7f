"""What the pages of recorded operations show."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from dashboards.differing import value_text
from dashboards.labels import Label, Tone
from dashboards.names import Names
from migration_harness import queries
from migration_harness.models import RecordedOperation
from migration_harness.operations.declaring import operations
from migration_harness.operations.effects import Row, Step
from migration_harness.operations.keeping import recording_of
from migration_harness.queries import KindRecorded, KindShadowed, WhyNot

MOST: Final = 100
DAYS: Final = 7
MOST_CHARACTERS: Final = 2_000
"""Of one value that is shown."""

OBEYS: Final = Label(mark="✓", word="obeys", tone=Tone.GOOD, meaning="What it did satisfies the law.")
BREAKS: Final = Label(mark="§", word="breaks", tone=Tone.BAD, meaning="What it did breaks the law.")
SILENT: Final = Label(mark="?", word="does not tell", tone=Tone.PLAIN, meaning="Nobody can say it by the recording.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    """One operation in a line."""

    found: RecordedOperation
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsPage:
    """The list, and how many of each kind there were in a week."""

    rows: list[OperationRow]
    kinds: list[KindRecorded]
    shadowed: list[KindShadowed]
    not_compared: list[WhyNot]
    kind: str
    broken: bool
    days: int = DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class LawRow:
    """A law, what it says, and whether it holds."""

    name: str
    sentence: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a row that was changed, with both values; ``changed``: they differ."""

    name: str
    before: str
    after: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRow:
    """A row that was changed, column by column: of an update those that changed."""

    found: Row
    columns: list[Column]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """What others noticed: what it said, and what came back."""

    found: Step
    said: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPage:
    """The whole page of one operation."""

    found: RecordedOperation
    account: str
    inputs: str
    outcome: str
    laws: list[LawRow]
    rows: list[ChangedRow]
    steps: list[StepRow]


def recordings_page(*, kind: str, broken: bool) -> RecordingsPage:
    """Read the newest recordings and shape them."""
    found = queries.recorded_operations(kind=kind, broken=broken, limit=MOST)
    names, since = Names(each.account_id for each in found), timezone.now() - timedelta(days=DAYS)
    return RecordingsPage(
        rows=[OperationRow(found=each, account=names.of(each.account_id) if each.account_id else "") for each in found],
        kinds=queries.kinds_recorded(since=since),
        shadowed=queries.kinds_shadowed(since=since),
        not_compared=queries.why_not_compared(since=since),
        kind=kind,
        broken=broken,
    )


def recording_page(number: int) -> RecordingPage:
    """Read one recording and shape it. Raises UnknownRecording."""
    found = queries.recorded_operation(str(number))
    recording = recording_of(found)
    return RecordingPage(
        found=found,
        account=Names([found.account_id]).of(found.account_id) if found.account_id else "",
        inputs=_short(recording.inputs),
        outcome=f"raised {found.error}" if found.error else _short(recording.outcome),
        laws=_laws(found),
        rows=[ChangedRow(found=row, columns=columns_of(row)) for row in recording.rows],
        steps=[
            StepRow(found=step, said=_short(step.payload), answer="" if step.answer is None else _short(step.answer))
            for step in recording.steps
        ],
    )


def columns_of(row: Row) -> list[Column]:
    """Return the columns of a changed row with both values; of an update those alone that changed."""
    before, after = row.before or {}, row.after or {}
    is_update = row.before is not None and row.after is not None
    return [
        Column(
            name=name,
            before=_short(before[name]) if name in before else "",
            after=_short(after[name]) if name in after else "",
            changed=before.get(name) != after.get(name),
        )
        for name in dict.fromkeys((*before, *after))
        if not is_update or before.get(name) != after.get(name)
    ]


def _laws(found: RecordedOperation) -> list[LawRow]:
    sentences = {law.name: law.sentence for law in operations().laws}
    said = ((found.broken, BREAKS), (found.held, OBEYS), (found.unsaid, SILENT))
    return [
        LawRow(name=name, sentence=sentences.get(name, "It is not declared any more."), label=label)
        for names, label in said
        for name in names
    ]


def _short(value: Any) -> str:
    text = value_text(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
