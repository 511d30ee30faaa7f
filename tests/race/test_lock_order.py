"""A flip that compares stores, another flip, and a charge that asks for the flags of both: nobody waits in a circle."""

import threading

import psycopg
import pytest
from django.db import connections

from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.locks import FLAG_LOCK
from migration_harness.models import Flag
from tests.acceptance.conftest import committed_demo, database_url, selected, until  # noqa: F401  The demo, committed.

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

COMPARED, OTHER = "ai-models-endpoint", "model-based-credits"
GENEROUS_SECONDS = 30
_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, %s)"
_WAITING = "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND classid = %s AND objid = %s"


class Charge:
    """A transaction that has the lock of one flag, and asks for that of the other when it is told to."""

    def __init__(self):
        self.session = psycopg.connect(database_url(), application_name="a charge")
        self.session.execute(_SHARED, [FLAG_LOCK, Flag.objects.get(name=OTHER).pk])

    def go_on(self):
        try:
            self.session.execute(_SHARED, [FLAG_LOCK, Flag.objects.get(name=COMPARED).pk])
            self.session.commit()
        finally:
            self.session.close()
            connections.close_all()


class Apart:
    """What a thread of its own does, and what came of it."""

    def __init__(self, act):
        self.error = "not over"
        self._act = act
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def over(self):
        self._thread.join(GENEROUS_SECONDS)
        return self.error

    def _run(self):
        try:
            self._act()
            self.error = None
        except Exception as error:  # noqa: BLE001  The test asserts that there is none.
            self.error = error
        finally:
            connections.close_all()


def someone_waits_for(flag):
    asked = [FLAG_LOCK, Flag.objects.get(name=flag).pk]
    with psycopg.connect(database_url(), autocommit=True) as looking:
        until(lambda: looking.execute(_WAITING, asked).fetchone() is not None)


class TestFlipThatComparesStores:
    def test_waits_in_no_circle_with_another_flip_and_a_charge_under_both_flags(self):
        change_flag(name=COMPARED, change=FlagChange(everyone=True), actor="tester")
        change_flag(name=OTHER, change=FlagChange(everyone=True), actor="tester")
        charge, apart = Charge(), []

        def compare():
            # Once: the flip is made again where the counter was not free.
            if apart:
                return
            apart.append(Apart(charge.go_on))
            someone_waits_for(COMPARED)
            apart.append(Apart(lambda: change_flag(name=OTHER, change=FlagChange(everyone=False), actor="tester")))
            someone_waits_for(OTHER)

        change_flag(name=COMPARED, change=FlagChange(everyone=False), actor="tester", before_flip=compare)
        assert [each.over() for each in apart] == [None, None]
        assert [queries.flag_status(name).everyone for name in (COMPARED, OTHER)] == [False, False]
