"""The model of the database answers as PostgreSQL does: the same sequences of the protocol's own statements to both.

Each session says one thing at a time. What is compared after each: who waits, who was answered and what, who was
refused and with which SQLSTATE. Times and ids of transactions are left out.
"""

import contextvars
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from random import Random
from typing import Any

import psycopg
import pytest
from django.db import connection

from migration_harness.control.locks import FLAG_LOCK
from migration_harness.deciding import acknowledgement, flags, leases
from migration_harness.deciding.direct import connect_directly
from migration_harness.models import Flag
from migration_harness.simulating import statements
from migration_harness.simulating.database import Database, Deadlock, Session, Transaction
from migration_harness.simulating.scheduling import Owner, Scheduler
from tests.trial_flag import create_trial_flag

pytestmark = pytest.mark.django_db(transaction=True)

SEQUENCES = 200 if os.environ.get("SOAK") == "1" else 8
STATEMENTS = 45
WAITS = "waits"
_ENDS = ("COMMIT", "ROLLBACK")
_COLUMNS = ", ".join(f'"migration_harness_flag"."{name}"' for name in ("id", "everyone", "epoch"))
_LOCKED = (
    f'SELECT {_COLUMNS} FROM "migration_harness_flag" WHERE "migration_harness_flag"."name" = %s '
    'ORDER BY "migration_harness_flag"."id" ASC LIMIT 1 FOR NO KEY UPDATE'
)
_WRITE = 'UPDATE "migration_harness_flag" SET "everyone" = %s, "epoch" = %s WHERE "migration_harness_flag"."id" = %s'
_OPERATION = "SELECT set_config('harness.operation', pg_current_xact_id()::text, true)"
_NEXT = (
    "INSERT INTO migration_harness_epoch (id, value) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET value = migration_harness_epoch.value + 1 RETURNING value"
)
_CHARGE = "SELECT flag, flag_epoch FROM migration_harness_begin_charge(%s, %s)"
_LOCK = "SELECT pg_advisory_xact_lock(%s, %s)"
_EPOCH = "SELECT coalesce(max(value), 0) FROM migration_harness_epoch"
_LEASE = {"host": "h", "pid": 1, "role": "web", "seconds": 3_600}

Said = tuple[str, Any]


def plain(answer: Any) -> Any:
    """Return an answer without what differs from one server to another: times, and what nobody reads."""
    if isinstance(answer, list):
        return sorted(
            (tuple(None if each == "" else each for each in row if not isinstance(each, datetime)) for row in answer),
            key=repr,
        )
    return answer


class Real:
    """PostgreSQL, with sessions that each say one thing at a time."""

    def __init__(self, names: str) -> None:
        self.sessions = {name: connect_directly(name=name) for name in names}
        self._watch = connect_directly(name="watch")
        self._pools = {name: ThreadPoolExecutor(1) for name in names}
        self._asked: dict[str, Future[Any]] = {}

    def say(self, name: str, sql: str, parameters: Any) -> None:
        self._asked[name] = self._pools[name].submit(self._run, self.sessions[name], sql, parameters)

    def answers(self) -> dict[str, Any]:
        """Return what became of everything that was said and not answered before."""
        found: dict[str, Any] = {}
        is_new = True
        while is_new:
            is_new = False
            # The last one first: it may let the others go on.
            for name, asked in reversed(list(self._asked.items())):
                while not asked.done() and not self._waits(name):
                    time.sleep(0.001)
                found[name] = WAITS
                if asked.done():
                    del self._asked[name]
                    found[name], is_new = asked.result(), True
        return found

    def end(self) -> None:
        for name, session in self.sessions.items():
            self._watch.execute("SELECT pg_terminate_backend(%s)", [session.info.backend_pid])
            self._pools[name].shutdown()
            session.close()
        self._watch.close()

    def _waits(self, name: str) -> bool:
        pid = self.sessions[name].info.backend_pid
        row = self._watch.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid]).fetchone()
        assert row is not None
        return bool(row[0])

    def _run(self, session: Any, sql: str, parameters: Any) -> Any:
        try:
            cursor = session.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            return error.sqlstate


class Modelled:
    """The model, with the same sessions; only to be asked in a simulated thread."""

    def __init__(self, names: str, scheduler: Scheduler, tables: dict[str, dict[Any, Any]]) -> None:
        self.database = Database(scheduler)
        self.database.tables = tables
        self.sessions = {name: Session(self.database, name) for name in names}
        self._scheduler = scheduler
        self._said: dict[str, list[Any]] = {}

    def say(self, name: str, sql: str, parameters: Any) -> None:
        answer = self._said[name] = []

        def act() -> None:
            answer.append(self._run(self.sessions[name], sql, parameters))

        self._scheduler.begin(name, act, owner=Owner(), context=contextvars.Context())

    def answers(self) -> dict[str, Any]:
        self._scheduler.wait(self._scheduler.now_ns + 1_000_000)
        found = {name: answer[0] if answer else WAITS for name, answer in self._said.items()}
        self._said = {name: answer for name, answer in self._said.items() if not answer}
        return found

    def _run(self, session: Session, sql: str, parameters: Any) -> Any:
        if sql == "BEGIN":
            session.transaction = Transaction(0)
            return []
        if sql in _ENDS:
            session.commit() if sql == "COMMIT" else session.roll_back()
            return []

        def act(inside: Session) -> Any:
            return statements.run(inside, sql, parameters)

        act.ends_failure = statements.ends_failure(sql)  # type: ignore[attr-defined]
        try:
            found = session.run(act, autocommit=session.transaction is None)
        except psycopg.Error as error:
            return error.sqlstate
        except Deadlock:
            return "40P01"
        return [] if sql.startswith(("UPDATE", "DELETE", "SAVEPOINT")) and "RETURNING" not in sql else found


class Speaker:
    """Chooses what each session says next, so that it may be said."""

    def __init__(self, chance: Random, flag_ids: dict[str, int]) -> None:
        self._chance = chance
        self._flag_ids = flag_ids
        self._open: dict[str, list[str]] = {}
        self._counted: dict[str, int] = {}
        self._leases: list[int] = []

    def next(self, name: str) -> Said:
        """Return what a session says, which waits for nothing."""
        if name not in self._open:
            return self._chance.choice([("BEGIN", ()), ("BEGIN", ()), (leases._TAKE, _LEASE), *self._anywhere()])
        if not self._open[name]:
            # Past the triggers, which are not modelled.
            self._open[name].append(_OPERATION)
            return (_OPERATION, ())
        flag = self._chance.choice(sorted(self._flag_ids))
        if name in self._counted:
            everyone = self._chance.choice([True, False, None])
            return (
                (_WRITE, [everyone, self._counted[name], self._flag_ids[flag]])
                if everyone is not None
                else (_EPOCH, ())
            )
        saved = self._open[name][1:]
        return self._chance.choice(
            [
                ("COMMIT", ()), ("COMMIT", ()), ("ROLLBACK", ()), (_LOCKED, [flag]), (_NEXT, ()),
                (_CHARGE, [sorted(self._flag_ids), False]), (_LOCK, [FLAG_LOCK, self._flag_ids[flag]]),
                ("SAVEPOINT harness_trail", ()),
                *([("ROLLBACK TO SAVEPOINT harness_trail", ())] * 2 if saved else []),
                *self._anywhere(),
            ]
        )  # fmt: skip

    def was_answered(self, name: str, said: Said, answer: Any) -> None:
        """Note what a session may say from here on."""
        sql = said[0]
        self._counted.pop(name, None)
        if sql in _ENDS:
            self._open.pop(name, None)
        elif sql == "BEGIN":
            self._open[name] = []
        elif sql.startswith("SAVEPOINT") and isinstance(answer, list):
            self._open[name].append(sql)
        elif sql == _NEXT and isinstance(answer, list):
            self._counted[name] = answer[0][0]
        elif sql == leases._TAKE and isinstance(answer, list):
            self._leases.append(answer[0][0])

    def _anywhere(self) -> list[Said]:
        renewed = [(leases._RENEW, _LEASE | {"id": self._chance.choice([*self._leases, 10**6]), "epoch": 1,
                                             "open_units": 0, "open_breakers": []})]  # fmt: skip
        return [(flags._SNAPSHOT_SQL, {"name": None}), (_EPOCH, ()), (acknowledgement._KNOWN, [1]), *renewed]


def compared(seed: int) -> list[tuple[str, str, Any, Any]]:
    """Say the same to both; returns what was answered: who, to what, by PostgreSQL, by the model."""
    create_trial_flag()
    connection.close()
    scheduler, told = Scheduler(), []
    real, modelled = Real("abc"), Modelled("abc", scheduler, _tables())
    chance = Random(seed)
    speaker = Speaker(
        chance, {row["name"]: key for key, row in modelled.database.table("migration_harness_flag").items()}
    )

    def talk() -> None:
        saying: dict[str, Said] = {}
        for _ in range(STATEMENTS):
            free = [name for name in "abc" if name not in saying]
            if not free:
                return
            name = chance.choice(free)
            said = saying[name] = speaker.next(name)
            modelled.say(name, *said)
            by_model = modelled.answers()
            if "40P01" in by_model.values():
                return
            real.say(name, *said)
            by_real = real.answers()
            for each in sorted(by_model.keys() | by_real.keys()):
                one, other = plain(by_real.get(each)), plain(by_model.get(each))
                if saying[each][0] == _OPERATION and isinstance(one, list):
                    one = other  # The id of a transaction.
                told.append((each, " ".join(saying[each][0].split())[:60], one, other))
                if one != WAITS:
                    speaker.was_answered(each, saying.pop(each), by_real[each])
                if one != other:
                    return

    try:
        scheduler.begin("talk", talk, owner=Owner(), context=contextvars.Context())
        scheduler.run(until_ns=10**15)
    finally:
        real.end()
    return told


def _tables() -> dict[str, dict[Any, Any]]:
    columns = [field.attname for field in Flag._meta.concrete_fields]
    with connect_directly(name="begin") as session:
        (epoch,) = session.execute(_EPOCH).fetchone() or (0,)
        (last,) = session.execute("SELECT coalesce(max(id), 0) FROM migration_harness_lease").fetchone() or (0,)
        session.execute("DELETE FROM migration_harness_lease")
        session.execute("SELECT setval(pg_get_serial_sequence('migration_harness_lease', 'id'), %s)", [last + 1])
    rows = Flag.objects.values(*columns)
    return {
        "migration_harness_flag": {row["id"]: dict(row) for row in rows},
        "migration_harness_epoch": {1: {"id": 1, "value": epoch}},
        "sequences": {"migration_harness_lease": {"value": last + 1}},
    }


class TestModel:
    @pytest.mark.parametrize("seed", range(SEQUENCES))
    def test_answers_as_postgresql_does(self, seed: int) -> None:
        told = compared(seed)
        assert [(who, said, real) for who, said, real, _ in told] == [
            (who, said, model) for who, said, _, model in told
        ]

    def test_is_asked_what_makes_sessions_wait_and_go_on(self) -> None:
        told = [each for seed in range(3) for each in compared(seed)]
        assert {WAITS} < {real if isinstance(real, str) else "answered" for _, _, real, _ in told}
        assert any(said.startswith("SELECT flag, flag_epoch") and real for _, said, real, _ in told)
