"""A process's lease is committed before it loads its first flags: the proof of a rollback rests on that order."""

import os

import pytest
from django.db import connection

from migration_harness.deciding import source
from migration_harness.models import Lease

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def found(monkeypatch):
    """How many leases of this process another session sees whenever flags are loaded."""
    counted, load = [], source.load_snapshot

    def counting(*args):
        counted.append(Lease.objects.filter(pid=os.getpid()).count())
        connection.close()
        return load(*args)

    monkeypatch.setattr(source, "load_snapshot", counting)
    return counted


class TestFirstFlags:
    def test_are_loaded_after_the_lease_is_there(self, found):
        following = source.BackgroundSource()
        try:
            assert following.newest() is not None
        finally:
            following.stop()
        assert found[0] == 1
