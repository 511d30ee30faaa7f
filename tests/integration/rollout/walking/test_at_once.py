"""Rollouts beside others: two beats, a person, a worker that is killed or sleeps, a database that goes away."""

from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from migration_harness.control.creation import create_flag
from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import RolloutChanged, StalePreview
from migration_harness.models import AuditEvent, Flag, Rollout, RolloutStep
from migration_harness.plan import PlannedFlag
from migration_harness.rollout import stepping, ticking
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.notices import confirming
from migration_harness.rollout.notices.confirming import Answer, Confirmation
from migration_harness.rollout.running import pause
from migration_harness.rollout.starting import Wish, prepare, start
from migration_harness.rollout.ticking import tick

from .parts import FakeGuard

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 60
NAME = "f"


class MeetingGuard(FakeGuard):
    """Holds, and waits until so many read it at once."""

    def __init__(self, count):
        super().__init__("meeting")
        self.barrier = Barrier(count)

    def read(self, watched):
        self.barrier.wait(WAIT_SECONDS)
        return super().read(watched)


@pytest.fixture
def guards(monkeypatch):
    watching = [FakeGuard("errors")]
    monkeypatch.setattr(chosen, "guards_for", lambda _flag: list(watching))
    monkeypatch.setattr(chosen, "dry_for", lambda _flag: frozenset())
    return watching


@pytest.fixture
def ready(guards):
    """A rollout that has all it needs for its second step."""
    create_flag(planned=PlannedFlag(name=NAME, owner="ada", note=""), baseline=Stage.SHADOW, actor="seed")
    made = start(prepare(flag=NAME, wish=Wish(soak=timedelta(days=1), sample=0)), actor="ada")
    RolloutStep.objects.filter(rollout=made, position=0).update(soaked_seconds=10**6)
    return made


@pytest.fixture
def no_turns(monkeypatch):
    """Everybody who looks has the turn: what holds then is held by the versions alone."""

    @contextmanager
    def everybodys():
        yield lambda _number: True

    monkeypatch.setattr(ticking, "turns", everybodys)


def at_once(*acts):
    """Run each act in a thread of its own, with a connection of its own; returns what failed."""
    failed = []

    def run(act):
        try:
            act()
        except Exception as error:  # noqa: BLE001  It is looked at by the test.
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    return failed


def steps_on_the_trail():
    return AuditEvent.objects.filter(subject=NAME, action="roll out").count()


def share():
    return Flag.objects.get(name=NAME).share_bps


class TestTwoBeats:
    def test_at_once_take_one_step(self, ready):
        assert at_once(tick, tick, tick) == []
        assert (share(), Rollout.objects.get().position, steps_on_the_trail()) == (500, 1, 2)

    def test_that_have_read_the_same_take_one_step(self, ready, guards, no_turns):
        guards.append(MeetingGuard(2))
        assert at_once(tick, tick) == []
        assert (share(), Rollout.objects.get().position, steps_on_the_trail()) == (500, 1, 2)

    def test_count_what_they_have_both_watched_once(self, ready, guards, no_turns):
        RolloutStep.objects.filter(position=0).update(soaked_seconds=0)
        guards.append(MeetingGuard(1))
        tick()
        guards[1] = MeetingGuard(2)
        version = Rollout.objects.get().version
        assert at_once(tick, tick) == []
        assert Rollout.objects.get().version == version + 1

    def test_leave_a_rollout_to_whoever_looks_at_it(self, ready):
        with ticking.turns() as take:
            assert take(ready.pk)
            assert (tick(), steps_on_the_trail()) == (0, 1)
        assert (tick(), steps_on_the_trail()) == (1, 2)


class TestAPersonWhoPausesMeanwhile:
    @pytest.fixture
    def pausing(self, monkeypatch):
        """Somebody pauses between the look and the step."""

        def meanwhile(**_):
            pause(flag=NAME, actor="bob")
            return Confirmation(answer=Answer.ALLOWED, sentence="")

        monkeypatch.setattr(confirming, "confirm", meanwhile)

    def test_has_paused(self, ready, pausing):
        tick()
        assert (share(), Rollout.objects.get().state) == (100, "paused")

    def test_would_be_overtaken_without_the_version(self, ready, pausing, monkeypatch):
        ask = confirming.confirm

        def forget(**asked):
            seen = Rollout.objects.get().version
            answer = ask(**asked)
            Rollout.objects.update(version=seen)
            return answer

        monkeypatch.setattr(confirming, "confirm", forget)
        tick()
        assert (share(), Rollout.objects.get().state) == (500, "paused")


class TestTwoWhoStart:
    def test_at_once_start_one(self, guards):
        create_flag(planned=PlannedFlag(name=NAME, owner="ada", note=""), baseline=Stage.SHADOW, actor="seed")
        barrier, started = Barrier(2), []

        def begin():
            prepared = prepare(flag=NAME, wish=Wish(sample=0))
            barrier.wait(WAIT_SECONDS)
            started.append(start(prepared, actor="ada"))

        (refused,) = at_once(begin, begin)
        assert (type(refused), len(started), Rollout.objects.count()) in [
            (RolloutChanged, 1, 1),
            (StalePreview, 1, 1),
        ]


class TestAStep:
    def test_that_is_killed_before_its_commit_was_not_taken(self, ready, monkeypatch):
        with monkeypatch.context() as patch:

            def killed(*_, **__):
                raise KeyboardInterrupt

            patch.setattr(stepping, "say", killed)
            with pytest.raises(KeyboardInterrupt):
                tick()
        assert (share(), Rollout.objects.get().position) == (100, 0)
        tick()
        assert (share(), Rollout.objects.get().position, Rollout.objects.get().state) == (500, 1, "running")

    def test_whose_database_goes_away_in_the_middle_is_taken_once(self, ready, monkeypatch):
        say, ended = stepping.say, []

        def end_session(*arguments, **options):
            if not ended:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    ended.append(cursor.fetchone()[0])
                with connect_directly(name="restart") as other:
                    other.execute("SELECT pg_terminate_backend(%s)", ended)
            say(*arguments, **options)

        monkeypatch.setattr(stepping, "say", end_session)
        tick()
        tick()
        assert ended
        assert (share(), Rollout.objects.get().position, steps_on_the_trail()) == (500, 1, 2)

    def test_is_no_foreign_hand_to_whoever_looks_next(self, ready):
        tick()
        tick()
        assert Rollout.objects.get().state == "running"

    def test_of_one_rollout_that_cannot_be_looked_at_holds_up_no_other(self, ready, guards, monkeypatch):
        create_flag(planned=PlannedFlag(name="g", owner="ada", note=""), baseline=Stage.SHADOW, actor="seed")
        start(prepare(flag="g", wish=Wish(sample=0)), actor="ada")
        look = ticking.look

        def fails(rollout, *rest, **options):
            if rollout.flag == NAME:
                raise RuntimeError("no such row")
            return look(rollout, *rest, **options)

        monkeypatch.setattr(ticking, "look", fails)
        assert tick() == 1
        assert Rollout.objects.get(flag="g").looked_at is not None
