"""Fixtures of the tests of the guard."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

pytest.register_assert_rewrite("tests.integration.seams.callers")

from .callers import Stagehand  # noqa: E402
from .world import World  # noqa: E402


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    caches = settings.CACHES | {
        "file": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(folder / "cache")},
        "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    }
    with override_settings(MEDIA_ROOT=folder / "media", CACHES=caches), django_db_blocker.unblock():
        world = World(folder)
        yield world
        world.close()


@pytest.fixture
def world(_world, django_db_blocker):
    """Real commits, in a table of its own: nothing else is written, and so nothing has to be emptied afterwards."""
    with django_db_blocker.unblock():
        _world.clear()
        yield _world
        connection.close()


@pytest.fixture
def stagehand(world, own_seams, monkeypatch):
    return Stagehand(world, monkeypatch)
