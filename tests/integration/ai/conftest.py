"""A sandbox provider over real HTTP, and a site to work for."""

import pytest

from igny8_core.ai.sandbox import sandbox
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from ..content_parts import site_of
from .operation_runs import TOKENS, Run

FLAGS = ("integration-provider-keys", "model-selection", "model-based-credits")


def everyone_at(stage):
    """Decide by this stage, for everybody."""
    return fixed_flags(*(flag_at(name, stage) for name in FLAGS))


@pytest.fixture(scope="session")
def _sandbox():
    with sandbox() as server:
        yield server


@pytest.fixture
def provider(_sandbox, settings):
    """The sandbox, asked nothing yet; the service's demo keys lead to it."""
    _sandbox.forget()
    settings.IGNY8_SANDBOX_URL = _sandbox.url
    return _sandbox


@pytest.fixture
def everyone_complete():
    with everyone_at(Stage.COMPLETE):
        yield


@pytest.fixture
def new_side(request):
    """Every account on the new side of every flag: what stays when the legacy code is gone."""
    request.getfixturevalue("everyone_complete")  # @legacy line


@pytest.fixture
def site(account):
    return site_of(account)


@pytest.fixture
def media(settings, tmp_path):
    """The folder of generated images."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def run(provider, site):
    return lambda operation, marker=TOKENS: Run(operation, site, marker)
