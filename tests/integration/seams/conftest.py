"""Fixtures of the tests of the guard."""

import pytest
from django.db import connection

pytest.register_assert_rewrite("tests.integration.seams.callers")

from .callers import Stagehand  # noqa: E402
from .world import World  # noqa: E402


@pytest.fixture
def world(django_db_setup, django_db_blocker, tmp_path, settings):
    """Real commits, in a table of its own: nothing else is written, and so nothing has to be emptied afterwards."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CACHES = settings.CACHES | {
        "file": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(tmp_path / "cache")},
        "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    }
    with django_db_blocker.unblock():
        world = World(tmp_path)
        yield world
        world.close()
        connection.close()


@pytest.fixture
def stagehand(world, own_seams, monkeypatch):
    return Stagehand(world, monkeypatch)
