"""The guard follows what a side starts in threads and pools; what is left running stays guarded."""

import asyncio
import concurrent.futures
import contextvars
import queue
import threading

import pytest
from django.db import connection, transaction

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage
from migration_harness.seams import purity
from migration_harness.seams.sides import observe_guarded
from tests.waiting import PATIENCE_SECONDS

from .callers import CALLERS, Caller
from .neighbours import WAYS, callback, in_thread, read, swallowed, write
from .test_guard_neighbours import returning
from .world import fired


def idle_in_transaction(world):
    """Sessions other than the caller's that keep a transaction open."""
    return world.observer.execute(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    ).fetchall()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
class TestFollows:
    def test_reads(self, way, stagehand, world):
        for caller in CALLERS:
            said = stagehand.runs_as_alone(caller, Stage.SHADOW, returning(way(read)))
            assert (said, idle_in_transaction(world)) == ((Verdict.MATCH, None), []), caller

    @pytest.mark.covering
    @pytest.mark.parametrize(
        ("call", "effect"),
        [(write, "database: insert"), (lambda: transaction.on_commit(callback), "on_commit")],
        ids=["write", "on_commit"],
    )
    def test_side_effects(self, way, call, effect, stagehand, world):
        for caller in CALLERS:
            said = stagehand.runs_as_alone(caller, Stage.SHADOW, returning(swallowed(way(call))))
            assert (said, idle_in_transaction(world)) == ((Verdict.BLOCKED, effect), []), caller

    def test_into_a_thread_of_a_thread(self, way, stagehand):
        said = stagehand.runs_as_alone(Caller.in_atomic, Stage.SHADOW, returning(swallowed(way(in_thread(write)))))
        assert said == (Verdict.BLOCKED, "database: insert")


class TestThreadOfASide:
    def test_that_closes_its_connection_is_a_match(self, stagehand):
        def work():
            try:
                read()
            finally:
                connection.close()

        assert stagehand.runs_as_alone(Caller.in_atomic, Stage.SHADOW, returning(in_thread(work))) == (
            Verdict.MATCH,
            None,
        )

    def test_cannot_use_the_callers_connection(self, stagehand):
        def side():
            callers_own = connection._connections["default"]
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                pool.submit(lambda: callers_own.cursor().execute("SELECT 1")).result()

        verdict, _ = stagehand.runs_as_alone(Caller.in_atomic, Stage.SHADOW, returning(side))
        assert verdict is Verdict.CANDIDATE_ERROR

    @pytest.mark.parametrize("begin", ["thread", "timer", "pool"])
    def test_left_running_is_told_and_stays_guarded(self, begin, stagehand):
        gate, done = threading.Event(), threading.Event()

        def work():
            gate.wait()
            swallowed(write)()
            done.set()

        def side():
            if begin == "pool":
                concurrent.futures.ThreadPoolExecutor(1).submit(work)
            else:
                (threading.Thread(target=work) if begin == "thread" else threading.Timer(0, work)).start()

        assert stagehand.run(Caller.in_atomic, Stage.SHADOW, returning(side)).answer == "answer"
        assert stagehand.said() == (Verdict.BLOCKED, "thread: left running")
        gate.set()
        assert done.wait(PATIENCE_SECONDS)
        assert stagehand.world.notes() == ["before", "after"]


class TestPoolOfTheHost:
    def test_serves_others_unguarded_though_a_side_made_its_threads(self, stagehand):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            said = stagehand.runs_as_alone(
                Caller.in_atomic, Stage.SHADOW, returning(lambda: pool.submit(read).result())
            )
            assert said == (Verdict.MATCH, None)
            pool.submit(write).result()
            pool.submit(lambda: connection.close()).result()
        assert "of the side" in stagehand.world.notes()

    def test_keeps_its_own_connection_open_and_out_of_transactions(self, stagehand, world):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(read).result()
            before = pool.submit(lambda: connection.connection).result()
            stagehand.runs_as_alone(Caller.in_atomic, Stage.SHADOW, returning(lambda: pool.submit(read).result()))
            assert idle_in_transaction(world) == []
            assert pool.submit(lambda: connection.connection).result() is before
            pool.submit(lambda: connection.close()).result()


class TestContextThatIsCarriedAway:
    def test_to_a_thread_that_ran_before_is_refused_there(self, stagehand):
        work, done = queue.Queue(), queue.Queue()

        def worker():
            while call := work.get():
                try:
                    done.put(call())
                except purity.SideEffectRefused as error:
                    done.put(error)

        thread = threading.Thread(target=worker)
        thread.start()

        def side():
            context = contextvars.copy_context()
            work.put(lambda: context.run(write))
            assert isinstance(done.get(), purity.SideEffectRefused)

        said = stagehand.runs_as_alone(Caller.in_atomic, Stage.SHADOW, returning(side))
        work.put(None)
        thread.join()
        assert said == (Verdict.BLOCKED, "thread: not one that the guard follows")

    def test_beyond_the_sides_return_is_refused(self, world):
        carried = []
        observe_guarded(lambda: carried.append(contextvars.copy_context()), (), {})
        with pytest.raises(purity.SideEffectRefused):
            carried[0].run(read)
        write()
        assert world.notes() == ["of the side"]

    def test_by_a_task_that_outlives_the_side_is_refused(self, world):
        async def later():
            await asyncio.sleep(0)
            fired.append(await asyncio.to_thread(swallowed(write)))

        async def caller():
            tasks = []
            observe_guarded(lambda: tasks.append(asyncio.get_running_loop().create_task(later())), (), {})
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(caller())
        assert world.notes() == []


class TestTwoSidesAtOnce:
    def test_in_two_threads_do_not_meet(self, world):
        barrier = threading.Barrier(2)

        def meeting():
            read()
            barrier.wait(PATIENCE_SECONDS)
            read()
            return "answer"

        def call(_):
            try:
                with transaction.atomic():
                    observed = observe_guarded(meeting, (), {})
                    with connection.cursor() as cursor:
                        cursor.execute("INSERT INTO caller_notes VALUES ('mine')")
                return observed[0], observed[3]
            finally:
                connection.close()

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            assert list(pool.map(call, range(2))) == [("answer", None)] * 2
        assert world.notes() == ["mine", "mine"]
