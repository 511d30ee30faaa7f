"""The way back of a phase without flags, on the real database: shown, asked, copied, undone, and there again."""

import json
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider
from igny8_core.business.billing.services.model_service import save_model
from igny8_core.seed import PROVIDERS
from migration_harness.authority.actors import Origin, of_machine, of_user
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.database import transaction
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import SchemaUndone
from migration_harness.models import AuditEvent, PhaseAdvance
from migration_harness.plan import plan
from migration_harness.schema import undoing
from migration_harness.schema.kinds import taken_by
from migration_harness.schema.way_back import way_back_of
from tests.people import trusted

FIELDS = ("tokens_per_credit", "credits_per_image", "quality_tier", "square_size", "landscape_size")
WITH_PHASES = [phase.number for phase in plan().phases if phase.laid]
ONE, TWO = "rollback --phase 1", "rollback --phase 2"


@pytest.fixture
def idle(demo, harness):
    """The demo, with a rate and a limit that somebody changed, a key that has no other place, and no candidate."""
    row = AIModelConfig.objects.get(model_name="gpt-4o")
    row.input_cost_per_1m, row.takes_temperature = Decimal("2.60"), False
    save_model(model=row, actor="olga", reason="dearer since today")
    IntegrationProvider.objects.filter(pk="stripe").update(api_key="sk-live-of-stripe", is_sandbox=True)
    assert harness("rollback", "--all", "--to", "off")[0] == 0


def tables():
    return set(connection.introspection.table_names())


def columns():
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, "billing_aimodelconfig")
    return {each.name for each in described}


def has_schema_of_phase_1():
    return "billing_integrationprovider" in tables(), "tokens_per_credit" in columns()


def state():
    """Return what phases 1 and 2 hold, with keys in clear."""
    return [
        list(AIModelConfig.objects.order_by("model_name").values()),
        [(each.api_key, each.is_sandbox, each.created_at) for each in IntegrationProvider.objects.order_by("pk")],
        list(apps.get_model("billing.AIModelPriceChange").objects.order_by("pk").values()),
    ]


def split(words, *more):
    return [*words.split(), *more]


@pytest.mark.usefixtures("idle")
@pytest.mark.legacy
class TestUndoing:
    def test_of_phase_1_takes_its_tables_and_columns_out_and_they_come_back_as_they_were(self, harness, tmp_path):
        before, file = state(), str(tmp_path / "phase-1")
        code, out, err = harness(*split(ONE, "--backup", file, "--yes", "--reason", "not yet", "--json"))
        assert code == 0, err
        told = json.loads(out)
        assert has_schema_of_phase_1() == (False, False)
        assert (told["phase"], told["along"]) == (1, [2])
        assert told["undone"] == ["billing.0013_signed_rows", "billing.0012_models_and_fields"]
        assert told["backup"]["file"] == file
        for command in told["way_forward"]:
            assert harness(*command.split()[1:])[0] == 0
        assert state() == before

    def test_of_phase_2_empties_what_phase_1_has_made(self, harness, tmp_path):
        before, file = state(), str(tmp_path / "phase-2")
        assert harness(*split(TWO, "--backup", file, "--yes"))[0] == 0
        assert has_schema_of_phase_1() == (True, True)
        assert list(IntegrationProvider.objects.all()) == []
        assert set(AIModelConfig.objects.values_list(*FIELDS)) == {(None,) * len(FIELDS)}
        assert harness("migrate", "--pre")[0] == 0
        assert set(IntegrationProvider.objects.values_list("pk", flat=True)) == {each[0] for each in PROVIDERS}
        assert harness("legacy", "restore", file, "--overwrite", "--yes")[0] == 0
        assert state() == before

    def test_leaves_to_the_way_forward_what_nobody_entered(self, harness):
        assert harness(*split(ONE, "--without-backup", "--yes"))[0] == 0
        assert harness("migrate", "--pre")[0] == 0
        assert AIModelConfig.objects.get(model_name="gpt-5.1").tokens_per_credit == 1_000
        assert [bool(each.api_key) for each in IntegrationProvider.objects.all()] == [False] * len(PROVIDERS)

    def test_is_on_the_trail_with_what_was_lost(self, harness, tmp_path):
        harness(*split(ONE, "--backup", str(tmp_path / "phase-1"), "--yes", "--reason", "not yet"))
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.subject, event.reason) == ("undo phase", "phase 1", "not yet")
        assert event.before["table billing_integrationprovider"] == len(PROVIDERS)
        assert event.after["undone"] == ["billing.0013_signed_rows", "billing.0012_models_and_fields"]

    def test_shows_what_is_lost_and_asks(self, harness, tmp_path):
        code, out, err = harness(*split(ONE, "--backup", str(tmp_path / "phase-1")))
        assert (code, has_schema_of_phase_1()) == (2, (True, True))
        assert "with it goes phase 2" in out
        assert "table billing_integrationprovider" in out
        assert "add --yes. Nothing was undone." in err

    def test_wants_to_know_what_becomes_of_the_rows(self, harness):
        code, _, err = harness(*split(ONE, "--yes"))
        assert (code, has_schema_of_phase_1()) == (2, (True, True))
        assert "say --backup FILE, where they are kept, or --without-backup" in err

    def test_that_is_done_is_done(self, harness):
        harness(*split(ONE, "--without-backup", "--yes"))
        code, out, _ = harness(*split(ONE, "--yes"))
        assert (code, "there was nothing to undo" in out) == (0, True)

    @pytest.mark.parametrize(
        "change",
        [FlagChange(everyone=True), FlagChange(everyone=None, account_id="1", membership="on"),
         FlagChange(baseline=Stage.SHADOW), FlagChange(baseline=Stage.DUALWRITE)],
        ids=["everyone", "a pilot", "compared", "both stores"],
    )  # fmt: skip
    def test_is_refused_while_a_candidate_runs(self, harness, change):
        change_flag(name="integration-provider-keys", change=change, actor="test")
        code, _, err = harness(*split(ONE, "--without-backup", "--yes"))
        assert (code, has_schema_of_phase_1()) == (3, (True, True))
        assert "The candidates of integration-provider-keys run" in err
        assert "harness rollback --all --to off" in err

    def test_is_refused_while_a_phase_is_closed_that_stands_on_it(self, harness):
        for number in (1, 2):
            PhaseAdvance.objects.create(phase=number, at="2026-11-30T00:00Z", actor="olga")
        code, out, _ = harness(*split(ONE, "--without-backup", "--yes", "--json"))
        assert (code, has_schema_of_phase_1()) == (3, (True, True))
        message = json.loads(out)["error"]["message"]
        assert message.index("harness advance 2 --undo") < message.index("harness advance 1 --undo")

    def test_is_refused_where_a_later_migration_stands_on_it(self, harness, monkeypatch):
        phases = [phase for phase in plan().phases if phase.number != 2]
        monkeypatch.setattr("migration_harness.schema.way_back.plan", lambda: _Only(phases))
        code, _, err = harness(*split(ONE, "--without-backup", "--yes"))
        assert (code, has_schema_of_phase_1()) == (3, (True, True))
        assert "billing.0013_signed_rows came after it and belongs to no phase" in err

    def test_is_refused_where_somebody_wrote_after_the_copy(self, harness, tmp_path, monkeypatch):
        hold = undoing._hold

        def written_and_held(parts):
            IntegrationProvider.objects.filter(pk="stripe").update(is_sandbox=False)
            hold(parts)

        monkeypatch.setattr(undoing, "_hold", written_and_held)
        code, _, err = harness(*split(ONE, "--backup", str(tmp_path / "phase-1"), "--yes"))
        assert (code, has_schema_of_phase_1()) == (3, (True, True))
        assert "billing_integrationprovider was written to while it was copied" in err

    def test_is_whole_or_not_at_all(self, harness, monkeypatch):
        def fails(**_):
            raise RuntimeError("killed")

        monkeypatch.setattr(undoing, "record_event", fails)
        way = way_back_of(1)
        with pytest.raises(RuntimeError), transaction.atomic():
            undoing.undo(way, path=None, actor=of_machine())
        assert has_schema_of_phase_1() == (True, True)
        assert way_back_of(1) == way


@pytest.mark.usefixtures("idle")
class TestFlag:
    """A flag while the schema of an earlier phase is not there."""

    @pytest.fixture(autouse=True)
    def _undone(self, idle, harness):
        assert harness(*split(ONE, "--without-backup", "--yes"))[0] == 0

    @pytest.mark.parametrize(
        "change",
        [FlagChange(everyone=True), FlagChange(everyone=None, account_id="1", membership="on"),
         FlagChange(baseline=Stage.SHADOW)],
        ids=["everyone", "a pilot", "compared"],
    )  # fmt: skip
    @pytest.mark.parametrize("override", [False, True], ids=["as it is", "overridden"])
    def test_does_not_move_forward(self, change, override):
        actor = of_user(trusted("olga", is_superuser=True), origin=Origin.PROVEN)
        with pytest.raises(SchemaUndone, match=r"phase 1 .* billing\.0012_models_and_fields is not applied"):
            change_flag(name="model-selection", change=change, actor=actor, reason="now", override=override)

    def test_rolls_back_all_the_same(self, harness):
        assert harness("rollback", "model-selection")[0] == 0

    def test_moves_again_after_the_way_forward(self, harness):
        harness("migrate", "--pre")
        assert change_flag(name="model-selection", change=FlagChange(baseline=Stage.SHADOW), actor="test").changed


class TestPhaseSchema:
    """What the plan says of it, and what its migrations do."""

    @pytest.mark.legacy
    @pytest.mark.parametrize("number", WITH_PHASES)
    def test_names_all_that_is_lost(self, number, db):
        loader = MigrationLoader(connection)
        taken = {
            str(each)
            for key in plan().phase(number).laid
            for each in taken_by(_backwards(loader.graph.nodes[key]), loader.project_state([key]))
        }
        named = {str(loss.taken) for loss in way_back_of(number).losses}
        assert taken <= named


class _Only:
    """A plan of some phases."""

    def __init__(self, phases):
        self.phases = phases

    def phase(self, number):
        return next(phase for phase in self.phases if phase.number == number)


def _backwards(migration):
    """Return a migration as it would be, were its way back its way forward: what was added is taken."""
    from django.db.migrations import AddField, CreateModel, DeleteModel, Migration, RemoveField

    back = Migration("back", migration.app_label)
    for operation in reversed(migration.operations):
        match operation:
            case CreateModel():
                back.operations.append(DeleteModel(operation.name))
            case AddField():
                back.operations.append(RemoveField(operation.model_name, operation.name))
    return back
