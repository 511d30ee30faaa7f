"""What tests of backups share: legacy data with a key in it, a file of it, and how the deletion leaves the database."""

import pytest

from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings

from .dropping import KEY, drop


@pytest.fixture
def keyed(demo):
    """The demo, with a key in the legacy settings row."""
    GlobalIntegrationSettings.objects.update_or_create(pk=1, defaults={"openai_api_key": KEY})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "legacy.backup"


@pytest.fixture
def backed_up(keyed, harness, file):
    assert harness("legacy", "backup", str(file))[0] == 0
    return file


@pytest.fixture
def dropped(backed_up):
    """The tables and columns are gone, as after the deletion."""
    drop()
    return backed_up
