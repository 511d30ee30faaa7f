"""Columns that tell the time differ in every run of an operation, and are no effect of it."""

import pytest
from django.db.models import DateField

from igny8_core.effects import MODELS, OPERATIONS, VOLATILE
from migration_harness.operations.differing import effects_of
from migration_harness.operations.effects import Change, Row
from tests.recordings import recording_of_rows

COLUMNS = [(model, column) for model, columns in VOLATILE.items() for column in columns]


def finished(model, column, at):
    row = Row(
        model=model,
        key="1",
        change=Change.UPDATED,
        before={"id": 1, "status": "planned", column: None},
        after={"id": 1, "status": "done", column: at},
    )
    return recording_of_rows(row)


@pytest.mark.parametrize(("model", "column"), COLUMNS)
def test_are_left_aside(model, column):
    first, second = (effects_of(finished(model, column, at)) for at in ("2026-01-01T00:00:01", "2026-01-01T00:00:09"))
    assert first == second
    assert first["rows"][model][0]["to"] == {"status": "done"}


def test_are_those_that_django_does_not_fill_itself():
    declared = {each.model: each for each in OPERATIONS.models}
    own = {
        name: tuple(
            field.column
            for field in declared[name].of_django._meta.concrete_fields
            if isinstance(field, DateField) and not (field.auto_now or field.auto_now_add)
        )
        for name in MODELS
    }
    assert {name: columns for name, columns in own.items() if columns} == VOLATILE
