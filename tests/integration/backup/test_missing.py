"""What the plan drops is there, or was dropped: a system check."""

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import DeleteModel, RemoveField

from migration_harness import checks
from migration_harness.backup import missing
from migration_harness.plan import Phase, Plan
from migration_harness.retire.drops import DroppedColumns, DroppedTable

SETTINGS = "system.GlobalIntegrationSettings"


@pytest.fixture
def declare(monkeypatch):
    def run(*drops):
        phase = Phase(number=1, name="trial", risk="none", way_back="restore", drops=drops)
        monkeypatch.setattr(checks, "plan", lambda: Plan(phases=(phase,)))
        return [(each.id, each.msg) for each in checks.check_drops()]

    return run


@pytest.fixture
def dropped(monkeypatch):
    """A schema migration that has dropped a model and a field."""

    class Gone:
        operations = [DeleteModel("Tariff"), RemoveField("globalintegrationsettings", "Old_Key")]

    class Loader(MigrationLoader):
        def build_graph(self):
            super().build_graph()
            self.disk_migrations |= {("system", "0099_post"): Gone}

    monkeypatch.setattr(missing, "MigrationLoader", Loader)


class TestDrops:
    def test_of_the_service_are_there(self):
        assert checks.check_drops() == []

    def test_that_name_no_model_are_an_error(self, declare):
        ((number, sentence),) = declare(DroppedTable(model="system.Tariff"))
        assert (number, "the model system.Tariff" in sentence) == ("migration_harness.E035", True)

    def test_that_name_no_field_are_an_error(self, declare):
        ((_, sentence),) = declare(DroppedColumns(model=SETTINGS, fields=("openai_api_key", "typo")))
        assert "the fields typo of system.GlobalIntegrationSettings" in sentence

    def test_that_call_secret_what_stays_are_an_error(self, declare):
        drop = DroppedColumns(model=SETTINGS, fields=("openai_api_key",), secret=("openai_api_key", "image_style"))
        ((_, sentence),) = declare(drop)
        assert "calls image_style of system.GlobalIntegrationSettings secret" in sentence

    @pytest.mark.usefixtures("dropped")
    def test_that_are_gone_by_a_schema_migration_are_none(self, declare):
        gone = (DroppedTable(model="system.Tariff"), DroppedColumns(model=SETTINGS, fields=("old_key",)))
        assert declare(*gone) == []

    def test_with_secrets_need_a_key(self, declare, settings):
        settings.HARNESS = settings.HARNESS | {"BACKUP_KEYS": ["no key"]}
        ((number, sentence),) = declare(
            DroppedColumns(model=SETTINGS, fields=("openai_api_key",), secret=("openai_api_key",))
        )
        assert (number, "no key" in sentence.replace("is no Fernet key", "")) == ("migration_harness.E036", False)
