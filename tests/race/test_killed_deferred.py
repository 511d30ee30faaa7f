"""kill -9 of workers in the middle of deferred calls: every accepted call is compared, and once.

Three kills by default; SOAK=1 for twenty.
"""

import os
import signal
import time
from collections import Counter
from random import Random

import pytest
from django.db import connection

from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison, DeferredCall
from migration_harness.testing import fixed_flags, flag_at
from tests.acceptance.conftest import environment_of_a_process
from tests.race.deferred_seam import NAME
from tests.race.deferred_seam import seam as declared
from tests.race.nursery import Nursery
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]

KILLS = 20 if os.environ.get("SOAK") == "1" else 3
CALLS = 15 * KILLS


@pytest.fixture
def workers(tmp_path):
    made = Nursery(environment_of_a_process(), tmp_path / "nursery")
    yield made
    made.end()


@pytest.fixture
def seam(monkeypatch):
    monkeypatch.setattr(seams, "_by_name", {})
    seams.add(declared)
    return declared


def call(seam):
    with fixed_flags(flag_at("race", Stage.SHADOW)):
        for number in range(CALLS):
            assert seam(account=str(number), number=number) == 2 * number
    recorder.buffer.flush()
    assert DeferredCall.objects.count() == CALLS


def claimed():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM migration_harness_deferredcall WHERE claimed_until > clock_timestamp()")
        return cursor.fetchone()[0]


def kill_some(workers, tmp_path, way, is_at_work):
    """Kill a worker while it works, again and again; returns those that are alive at the end."""
    chance = Random(16)
    alive = [workers.born("tests.race.deferred_worker", way, log=tmp_path / f"w{n}") for n in range(2)]
    for number in range(KILLS):
        until(is_at_work)
        time.sleep(chance.random() * 0.1)
        killed = alive.pop(0)
        killed.send_signal(signal.SIGKILL)
        killed.wait(PATIENCE_SECONDS)
        alive.append(workers.born("tests.race.deferred_worker", way, log=tmp_path / f"w{2 + number}"))
    return alive


def end(alive):
    for each in alive:
        each.terminate()
        each.wait(PATIENCE_SECONDS)


class TestKilledWorkers:
    def test_lose_no_call_and_compare_none_twice(self, seam, workers, tmp_path):
        call(seam)
        alive = kill_some(workers, tmp_path, "claiming", claimed)
        until(lambda: not DeferredCall.objects.exists())
        end(alive)
        found = Comparison.objects.filter(seam=NAME)
        assert Counter(found.values_list("account_id", flat=True)) == {str(number): 1 for number in range(CALLS)}
        assert set(found.values_list("verdict", flat=True)) == {"match"}

    def test_would_lose_some_if_a_call_were_taken_and_not_claimed(self, seam, workers, tmp_path):
        """The twin: the same kills, where a worker removes the row before it runs the side."""
        call(seam)
        left = []

        def at_work():
            # A row was taken a moment ago, and its side is running.
            left.append(DeferredCall.objects.count())
            return len(left) > 1 and left[-1] < left[-2]

        alive = kill_some(workers, tmp_path, "taking", at_work)
        until(lambda: not DeferredCall.objects.exists())
        # What they still have in hand is compared before they are ended.
        time.sleep(1)
        end(alive)
        assert Comparison.objects.filter(seam=NAME).count() < CALLS
