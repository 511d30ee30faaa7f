"""In what an operation that is run again differs from what it did: by model, payload, file, task, mail and outcome.

Note [In no order of their own]: one statement that changes several rows changes them in the order in which the database
finds them, which is another one after the next change of its plan. Rows that were there and are changed one after
another are therefore compared in the order of their keys; those that the operation made itself in the order in which it
made them, for their keys are others in each run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import DateField

from migration_harness.comparing.comparator import Judgement, Verdict, signature_of
from migration_harness.comparing.difference import Difference, diff
from migration_harness.comparing.errors import OF_OPERATIONS
from migration_harness.operations.declaring import operations
from migration_harness.operations.effects import Change, Row, StepKind
from migration_harness.operations.laws import PREFIX
from migration_harness.operations.recording import Recording


def effects_of(recording: Recording, *, evidence: bool = True) -> dict[str, Any]:
    """Return what a recording did, as it is compared: without what differs from run to run and means nothing.

    Without ``evidence`` also without the columns that say which side decided.
    """
    found: dict[str, Any] = {"error": recording.error, "outcome": _meant(recording.outcome), "rows": {}}
    for row in _in_order(recording.rows):
        found["rows"].setdefault(row.model, []).append(_row(row, evidence=evidence))
    for kind in StepKind:
        if kind is StepKind.OPERATION:
            continue
        steps = [{"name": step.name, "said": _meant(step.payload)} for step in recording.steps_of(kind)]
        if steps:
            found[kind.value] = steps
    return found


def so_far(control: Mapping[str, Any], candidate: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the effects of two runs of which the second ended early: as far as it came, without how they ended."""
    ended = ("error", "outcome")
    one, other = ({name: each for name, each in run.items() if name not in ended} for run in (control, candidate))
    return _cut(one, other), other


def _cut(effects: Mapping[str, Any], like: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in effects.items():
        if isinstance(each, Mapping):
            found[name] = _cut(each, like.get(name, {}))
        elif name in like:
            found[name] = each[: len(like[name])]
    return found


def differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return in what the effects of two runs differ; ``control`` is what was recorded, ``candidate`` what is now."""
    return diff(recorded, now, root="effects")


def with_places(found: tuple[Difference, ...], *, control: str, candidate: str) -> tuple[Difference, ...]:
    """Return the differences, that of the errors with the places where they were raised, as a seam's has them."""
    places = {"control": control, "candidate": candidate}
    note = "; ".join(f"{side} at {place}" for side, place in places.items() if place)
    return tuple(replace(each, note=note) if each.path == OF_OPERATIONS else each for each in found)


def signature(kind: str, found: tuple[Difference, ...]) -> str:
    """Return the name of the way in which an operation of this kind differs."""
    judgement = Judgement(verdict=Verdict.MISMATCH, differences=found)
    return signature_of(seam=f"{PREFIX}{kind}", judgement=judgement, group=())


def _in_order(rows: Iterable[Row]) -> Iterator[Row]:
    """Give rows by model and as they came, Note [In no order of their own]."""
    by_model: dict[str, list[Row]] = {}
    for row in rows:
        by_model.setdefault(row.model, []).append(row)
    for those in by_model.values():
        made = {row.key: number for number, row in enumerate(those) if row.change is Change.INSERTED}
        for change, group in groupby(those, key=lambda row: row.change):
            together = list(group)
            yield from together if change is Change.INSERTED else sorted(together, key=partial(_place, made))


def _place(made: Mapping[str, int], row: Row) -> tuple[bool, int, int, str]:
    key = row.key
    return (key in made, made.get(key, 0), int(key) if key.isdecimal() else 0, key)


def _row(row: Row, *, evidence: bool) -> dict[str, Any]:
    volatile = _volatile(row.model) | (set() if evidence else _evidence(row.model))
    before, after = ({n: v for n, v in (each or {}).items() if n not in volatile} for each in (row.before, row.after))
    if row.before is not None and row.after is not None:
        # Of an update what it changed.
        changed = {name for name in after if before.get(name) != after[name]}
        return {"change": row.change.value, "key": row.key, "to": {name: after[name] for name in sorted(changed)}}
    return {"change": row.change.value, "key": row.key, "columns": after or before}


def _evidence(label: str) -> set[str]:
    return {name for each in operations().models if each.model == label for name in each.evidence}


def _volatile(label: str) -> set[str]:
    """Return the columns that mean nothing: declared ones, and those that Django fills with the time."""
    declared = next((each.volatile for each in operations().models if each.model == label), ())
    try:
        fields = apps.get_model(label)._meta.concrete_fields  # noqa: SLF001  The documented way.
    except (LookupError, ValueError):
        return set(declared)
    timed = {str(f.column) for f in fields if isinstance(f, DateField) and (f.auto_now or f.auto_now_add)}
    return timed | set(declared)


def _meant(value: Any) -> Any:
    volatile = operations().world.volatile
    match value:
        case Mapping():
            return {name: _meant(inner) for name, inner in value.items() if name not in volatile}
        case list() | tuple():
            return [_meant(inner) for inner in value]
    return value
