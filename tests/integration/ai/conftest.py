"""A sandbox provider over real HTTP, and a site to work for."""

import pytest

from igny8_core.ai.sandbox import sandbox

from ..content_parts import site_of


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
def site(account):
    return site_of(account)


@pytest.fixture
def media(settings, tmp_path):
    """The folder of generated images."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
