"""Reads of columns that the plan drops: counted where somebody reads an attribute."""

import pickle

import pytest
from django.core import serializers
from django.forms.models import model_to_dict

from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.plan import plan
from migration_harness.retire.drops import DroppedColumns
from migration_harness.tombstones import cells
from migration_harness.tombstones.columns import CountedColumn, install
from migration_harness.tombstones.declaring import EntryKind, entries

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.legacy]
NAME = "system.GlobalIntegrationSettings.openai_model"


@pytest.fixture
def row():
    found = GlobalIntegrationSettings.objects.get(pk=1)
    reads()
    return found


def reads():
    found = {}
    for each in cells.executed():
        each.written()
        found[each.entry, each.cell.purpose.value] = each
    return found


def test_every_column_that_goes_is_an_entry_with_its_owner():
    dropped = {
        f"{drop.model}.{name}"
        for drop in plan().drops
        if isinstance(drop, DroppedColumns)
        for name in drop.fields
    }  # fmt: skip
    found = {entry.name: entry.owner for entry in entries if entry.kind is EntryKind.COLUMN}
    assert (set(found), found[NAME], found["system.GlobalIntegrationSettings.openai_api_key"]) == (
        dropped, "billing", "platform",
    )  # fmt: skip


def test_installing_twice_counts_once(row):
    install()
    assert row.openai_model
    assert reads()[NAME, "answer"].times == 1


class TestRead:
    @pytest.mark.parametrize(
        "read",
        [
            lambda row: row.openai_model,
            lambda row: getattr(row, "openai_model"),  # noqa: B009  As code that is told the name.
            lambda row: model_to_dict(row, fields=["openai_model"]),
            lambda row: serializers.serialize("json", [row], fields=["openai_model"]),
        ],
        ids=["attribute", "getattr", "form", "serializer"],
    )
    def test_is_counted_with_its_caller(self, row, read):
        read(row)
        found = reads()
        assert list(found) == [(NAME, "answer")]
        assert found[NAME, "answer"].look.caller

    def test_of_another_field_is_none(self, row):
        assert row.openai_temperature is not None
        assert reads() == {}

    @pytest.mark.parametrize(
        "write",
        [
            lambda row: row.save(),
            lambda row: row.refresh_from_db(),
            lambda row: setattr(row, "openai_model", "gpt-5.1"),
            lambda row: GlobalIntegrationSettings.objects.filter(pk=1).update(openai_model="gpt-5.1"),
        ],
        ids=["save", "refresh", "assign", "update"],
    )
    def test_is_no_writing_of_djangos(self, row, write):
        write(row)
        assert reads() == {}


class TestField:
    def test_is_what_it_was(self, row):
        row.openai_model = "gpt-5.1"
        row.save()
        assert GlobalIntegrationSettings.objects.get(pk=1).openai_model == "gpt-5.1"
        assert pickle.loads(pickle.dumps(row)).openai_model == "gpt-5.1"  # noqa: S301  Our own.

    def test_that_is_deferred_is_read_when_it_is_asked(self, row):
        deferred = GlobalIntegrationSettings.objects.defer("openai_model").get(pk=1)
        assert deferred.get_deferred_fields() == {"openai_model"}
        assert deferred.openai_model == row.openai_model

    def test_can_be_removed_from_a_row_and_comes_back(self, row):
        del row.openai_model
        assert row.openai_model
        assert isinstance(GlobalIntegrationSettings.openai_model, CountedColumn)
