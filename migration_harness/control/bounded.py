"""The transaction of a flip, with a bound on the server for all that it takes, waits for and holds.

Note [A flip has bounds]: a flip may be stopped in the middle, or somebody may hold what it needs. So the server ends
its session where its client is silent, its transaction where it takes too long, and each wait; and whoever stands in
the way is named, and ended after a second (Note [Who holds it up]). Its own limits hold, not those of its role: a role
whose statements have 50 ms must be able to roll back too. A flip whose session another one has ended is made again.

The order of locks: the flag's row, at which flips of one flag wait for each other; the counter; the flag's lock, at
which they wait for charges; an account's row; the trail. The flag's lock is taken when the trail was seen to be free,
with nothing but the trail and the commit to come: that is how long charges wait. A flip that compares stores has the
flag's lock before, and takes the counter only where it is free (``locks.with_charges_held``).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final, TypeVar

from django.db import Error, OperationalError

from migration_harness.control.holders import ASK_YOURSELF, Holder, Watch, watched
from migration_harness.database import connection, transaction
from migration_harness.deciding.surroundings import around
from migration_harness.exceptions import FlipHeldUp
from migration_harness.sqlstates import LOCK_NOT_AVAILABLE, sqlstate_of

FLIP_SECONDS: Final = 2.0
"""A flip is over in milliseconds; this is how long one may take that has to wait."""
STORE_SECONDS: Final = 60.0
"""A flip that compares or copies stores, while their writers wait."""
_WAIT_SECONDS: Final = 1.4
"""For one thing that another holds: a second of patience, and the time to end them."""
_LEAST_WAIT_SECONDS: Final = 0.3
"""For each flag of a rollback of several, where those before have used up the patience."""
_SILENT_SECONDS: Final = 0.5
"""How long the client may say nothing in the middle of its flip."""
_TRAIL_SECONDS: Final = 0.25
"""For the trail, which was free a moment ago, while charges wait."""
_AT_ONCE_SECONDS: Final = 0.01
"""For what is taken only where it is free: less than a deadlock needs to be one."""
_MOMENT_SECONDS: Final = 0.1
"""For the flag's lock at once: charges that come meanwhile wait behind the flip, and have a second in all."""
_TRY_AGAIN_SECONDS: Final = 1.5
_PAUSE_SECONDS: Final = 0.02

_BEGIN: Final = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE"
# A timer that runs already is set anew only where it was taken away first.
_LIMITS: Final = """
SELECT set_config('transaction_timeout', '0', true), set_config('transaction_timeout', %(whole)s, true),
       set_config('statement_timeout', %(whole)s, true), set_config('lock_timeout', %(wait)s, true),
       set_config('idle_in_transaction_session_timeout', %(silent)s, true), pg_backend_pid()
"""
_LIMIT_OF_WAITS: Final = (
    "SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true), pg_backend_pid()"
)

_WAITED: Final = frozenset({LOCK_NOT_AVAILABLE, "57014", "25P04"})
"""SQLSTATEs of a flip that had to wait for too long: for a lock, with a statement, in all."""
_MET: Final = frozenset({"40001", "40P01"})
"""SQLSTATEs of a flip that met another one."""
_ENDED: Final = frozenset({"25P03", "57P01", "57P02", "57P03"})
"""SQLSTATEs of a session that was ended: for its silence, by somebody, with the server."""

T = TypeVar("T")


class Taken(Exception):
    """Somebody has what is only taken where it is free."""


class TrailTaken(Taken):
    """Somebody took the trail after it was seen to be free: all is given back, and taken again."""


class Patience:
    """What is left of it: a rollback of several flags is patient once, not once for each."""

    def __init__(self) -> None:
        self.spent_seconds = 0.0
        """Used up by flips that were held up."""

    @property
    def wait_seconds(self) -> float:
        """How long the next thing may be waited for."""
        return max(_LEAST_WAIT_SECONDS, _WAIT_SECONDS - self.spent_seconds)


def within_bounds(act: Callable[[Watch], T], *, what: str, patience: Patience | None = None) -> T:
    """Return what ``act`` does in a transaction with the bounds of a flip; an error begins with ``what`` it is.

    Raises FlipHeldUp: nothing was done, and it names who holds it up and the statement that ends them. Inside a
    transaction of the caller's only the waits are bounded: the rest of it is not ours.
    """
    patience = patience or Patience()
    surroundings = around.get()
    begun = surroundings.seconds()
    while True:
        attempt = _Attempt(patience)
        try:
            return attempt.make(act)
        except (Error, TrailTaken) as error:
            waited_seconds = surroundings.seconds() - begun
            if attempt.can_be_made_again(error) and waited_seconds < _TRY_AGAIN_SECONDS:
                surroundings.sleep(_PAUSE_SECONDS)
                continue
            if (why := attempt.why_not(error)) is None:
                raise
            patience.spent_seconds += waited_seconds
            raise FlipHeldUp(f"{what}: not done, after {waited_seconds:.1f} s. {why}") from error


class _Attempt:
    """One try of a flip, and what is to be said where it fails."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._is_ours = not connection.in_atomic_block
        self._watch: Watch | None = None
        self._commits = False
        self._is_lost = False
        self._session: Any = None

    def make(self, act: Callable[[Watch], T]) -> T:
        with ExitStack() as until_committed:
            with transaction.atomic(), self._limits() as pid:
                since = around.get().seconds() - self._patience.spent_seconds
                self._session = connection.connection
                self._watch = until_committed.enter_context(watched(pid=pid, since=since))
                made = act(self._watch)
                self._commits = True
            return made

    @contextmanager
    def _limits(self) -> Iterator[int]:
        """Bound the transaction, or in one of the caller's the waits; gives the server's process id of it."""
        if self._is_ours:
            with connection.cursor() as cursor:
                cursor.execute(_BEGIN)
            yield _limit(whole=FLIP_SECONDS, wait=self._patience.wait_seconds, silent=_SILENT_SECONDS)
            return
        before, pid = _limit_waits(_ms(self._patience.wait_seconds))
        yield pid
        # After an error there is nothing to take back: the savepoint restores the setting.
        _limit_waits(before)

    def can_be_made_again(self, error: Exception) -> bool:
        """Tell whether it was another one's doing; a connection that is lost is given up for a new one."""
        if not self._is_ours:
            return False
        now = connection.connection
        # Django has a new one by now, unless there is no server.
        self._is_lost = now is None or bool(now.closed) or self._session not in (None, now)
        if now is None or now.closed:
            with suppress(Error):
                connection.close()
        return self._is_lost or isinstance(error, TrailTaken) or sqlstate_of(error) in _MET | _ENDED

    def why_not(self, error: Exception) -> str | None:
        """Return why it failed and what to do; None where nobody held it up."""
        sqlstate = sqlstate_of(error)
        # A server that ends a session may find nobody who listens: then there is no SQLSTATE.
        is_ended = sqlstate in _ENDED or (self._is_lost and self._session is not None)
        if is_ended and self._commits:
            return "The connection was lost with the commit: look whether it was done, and else say it again."
        if is_ended:
            return "Its session was ended: for its own silence, by somebody, or with the server. Say it again."
        if sqlstate in _MET | _WAITED or isinstance(error, TrailTaken):
            return _who_holds_it([] if self._watch is None else self._watch.seen)
        return None


def take_time_for_stores() -> None:
    """Give this flip the time that its stores need: their writers wait meanwhile, and nobody else."""
    if not connection.savepoint_ids:
        _limit(whole=STORE_SECONDS, wait=_WAIT_SECONDS, silent=STORE_SECONDS)


@contextmanager
def charges_waiting() -> Iterator[None]:
    """Hold charges up no longer than this: what is still to be taken was free a moment ago. Raises TrailTaken."""
    _limit_waits(_ms(_TRAIL_SECONDS))
    with _refused_as(TrailTaken):
        yield


def take_at_once(take: Callable[[], object]) -> None:
    """Take a lock where it is free, in a savepoint of the caller's; raises Taken where it is not."""
    before, _ = _limit_waits(_ms(_AT_ONCE_SECONDS))
    with _refused_as(Taken):
        take()
    _limit_waits(before)


def take_by_moments(take: Callable[[], object]) -> None:
    """Take a lock at which others queue behind whoever waits: a moment at a time, so that they go on in between."""
    before, _ = _limit_waits(_ms(_MOMENT_SECONDS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM %s::interval)::float8", [before])
        (patience_seconds,) = cursor.fetchone()
    surroundings = around.get()
    deadline = surroundings.seconds() + (patience_seconds or _WAIT_SECONDS)
    while True:
        try:
            with transaction.atomic():
                take()
            break
        except OperationalError as error:
            if sqlstate_of(error) != LOCK_NOT_AVAILABLE or surroundings.seconds() >= deadline:
                raise
        surroundings.sleep(_PAUSE_SECONDS)
    _limit_waits(before)


def _limit(*, whole: float, wait: float, silent: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LIMITS, {"whole": _ms(whole), "wait": _ms(wait), "silent": _ms(silent)})
        return int(cursor.fetchone()[-1])


def _limit_waits(timeout: str) -> tuple[str, int]:
    """Set how long one lock is waited for; returns what it was, and the server's process id."""
    with connection.cursor() as cursor:
        cursor.execute(_LIMIT_OF_WAITS, [timeout])
        before, _, pid = cursor.fetchone()
        return str(before), int(pid)


@contextmanager
def _refused_as(taken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if sqlstate_of(error) == LOCK_NOT_AVAILABLE:
            raise taken from error
        raise


def _ms(seconds: float) -> str:
    return f"{round(seconds * 1_000)}ms"


def _who_holds_it(seen: list[Holder]) -> str:
    if not seen:
        return f"Others hold what it needs, and who they are could not be seen. Ask, and end them: {ASK_YOURSELF}"
    said = " ".join(f"It is held up by {holder.who}." for holder in seen)
    if remedies := " ".join(dict.fromkeys(holder.remedy for holder in seen if holder.remedy)):
        return f"{said} This role cannot end that. Let a superuser run: {remedies} Then say it again."
    if any(holder.ended for holder in seen):
        return f"{said} It was told to end. Say it again; if it is still there, its process has to be stopped."
    return f"{said} Say it again."
