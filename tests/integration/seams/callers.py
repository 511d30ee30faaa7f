"""Callers of a seam, each in another state of its transaction, and what a person would notice of them."""

from contextlib import suppress
from dataclasses import dataclass, field

from django.db import connection, transaction

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage
from migration_harness.log import recorder
from migration_harness.testing import fixed_flags, flag_at

from .trial import Trial

DJANGO_KEEPS = (
    "connection", "autocommit", "in_atomic_block", "savepoint_state", "savepoint_ids", "atomic_blocks",
    "commit_on_exit", "needs_rollback", "rollback_exc", "closed_in_transaction", "errors_occurred", "run_on_commit",
    "run_commit_hooks_on_set_autocommit_on", "execute_wrappers", "force_debug_cursor", "close_at",
)  # fmt: skip


class Changed(Exception):
    """The caller's own error, after the seam has answered."""


@dataclass
class Caller:
    """Writes before and after it calls, and remembers what it was told."""

    call: object
    answer: object = None
    callbacks: list = field(default_factory=list)
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)

    def write(self, note):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO caller_notes VALUES (%s)", [note])

    def ask(self):
        self.before = state()
        self.answer = self.call()
        self.after = state()

    def in_autocommit(self):
        self.write("before")
        self.ask()
        self.write("after")

    def in_atomic(self):
        with transaction.atomic():
            self.write("before")
            self.ask()
            self.write("after")

    def in_atomic_before_any_query(self):
        with transaction.atomic():
            self.ask()
            self.write("after")

    def in_nested_atomic(self):
        with transaction.atomic():
            self.write("outer")
            with suppress(Changed), transaction.atomic():
                self.write("inner")
                self.ask()
                self.write("inner, after")
                raise Changed
            self.write("after")

    def with_callbacks_and_savepoints(self):
        with transaction.atomic():
            transaction.on_commit(lambda: self.callbacks.append("first"))
            self.write("before")
            kept = transaction.savepoint()
            undone = transaction.savepoint()
            transaction.on_commit(lambda: self.callbacks.append("second"))
            self.write("undone")
            self.ask()
            transaction.savepoint_rollback(undone)
            transaction.savepoint_commit(kept)
            transaction.on_commit(lambda: self.callbacks.append("third"))

    def that_fails(self):
        with suppress(Changed), transaction.atomic():
            transaction.on_commit(lambda: self.callbacks.append("never"))
            self.write("before")
            self.ask()
            raise Changed

    def in_manual_transaction(self):
        transaction.set_autocommit(False)
        try:
            self.write("before")
            self.ask()
            transaction.commit()
        finally:
            transaction.rollback()
            transaction.set_autocommit(True)


CALLERS = [
    Caller.in_autocommit,
    Caller.in_atomic,
    Caller.in_atomic_before_any_query,
    Caller.in_nested_atomic,
    Caller.with_callbacks_and_savepoints,
    Caller.that_fails,
    Caller.in_manual_transaction,
]
callers = {"argvalues": CALLERS, "ids": [each.__name__ for each in CALLERS]}


def state():
    """What Django and the server keep of this thread's connection."""
    kept = {
        name: value.copy() if isinstance(value := getattr(connection, name), list) else value for name in DJANGO_KEEPS
    }
    driver = connection.connection
    if driver is None or driver.closed:
        return kept
    kept["transaction"] = driver.info.transaction_status
    if not connection.needs_rollback and kept["transaction"] != 0:
        kept["read only"] = driver.execute("SHOW transaction_read_only").fetchone()
    return kept


@dataclass(frozen=True)
class Noticed:
    """What others see of one call."""

    answer: object
    callbacks: list
    notes: list
    world: object


class Stagehand:
    """Runs a caller with and without a side that is compared."""

    def __init__(self, world, monkeypatch):
        self.world = world
        # As the recorder does it: what a comparison says is read at once, and the results in it are let go.
        self.heard = []
        monkeypatch.setattr(recorder.buffer, "add", lambda comparison: self.heard.append(_told(comparison)))
        monkeypatch.setattr(recorder.buffer, "add_match", lambda _: self.heard.append((Verdict.MATCH, None)))

    def run(self, caller, stage, side, **options):
        """Return what is noticed of the caller where ``side`` does not answer; ``options`` are the seam's."""
        sides = {"control": side, "candidate": "answer"} if stage in (Stage.LIVE, Stage.COMPLETE) else {
            "control": "answer", "candidate": side,
        }  # fmt: skip
        self.world.clear()
        with fixed_flags(flag_at("f", stage)):
            caller(made := Caller(Trial(**sides, **options).call))
        assert made.after == made.before
        return Noticed(answer=made.answer, callbacks=made.callbacks, notes=self.world.notes(), world=self.world.seen())

    def runs_as_alone(self, caller, stage, side, **options):
        """Run it compared and alone, assert that nobody noticed, and return what the comparison says."""
        alone = self.run(caller, {Stage.SHADOW: Stage.OFF, Stage.LIVE: Stage.COMPLETE}[stage], side, **options)
        assert self.run(caller, stage, side, **options) == alone
        assert connection.get_autocommit()
        return self.said()

    def said(self):
        """Return the verdict of the one comparison, and what it blocked."""
        (said,) = self.heard
        self.heard.clear()
        return said


def _told(comparison):
    found = {each.path: each for each in comparison.judgement.differences}
    if (lazily := found.get("comparison")) is not None:
        return comparison.verdict, lazily.candidate.removeprefix("tried ")
    blocked = found.get("side_effect")
    return comparison.verdict, (blocked.control or blocked.candidate) if blocked else None
