"""One run of a side under guard: what it entered, what it tried."""

from _thread import get_ident
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, NoReturn, Protocol

CLOSED: Final = 0
"""In place of a thread: the side has returned."""


class SideEffectRefused(BaseException):
    """Raised into guarded code that tries what the guard refuses.

    Not an Exception, so that the code under guard cannot swallow it and go on with the side effect's
    result missing; the seam turns it into the verdict ``blocked``.
    """


class Left(Protocol):
    """Something that a guard entered."""

    def leave(self) -> None:
        """Put everything back. Raises only what concerns the whole process."""


class Guard:
    """One run of a side under guard, in one thread."""

    # Class attributes and no __init__: a guard is made on every compared call, and most are never asked.
    blocked: str | None = None
    """The first thing that was tried and refused."""
    entered: tuple[Left, ...] = ()
    reading: bool = False
    """Whether a cache or a storage is read just now, which may be in another process."""
    thread: int | None = None
    """Where the side runs; CLOSED after it returned. A guard that was told nothing takes the thread that asks first."""
    side: "Guard | None" = None
    """Set for a thread that the side started: the guard of the side itself, which gets the verdict."""

    def block(self, effect: str) -> None:
        """Note what was tried; the first counts."""
        side = self.side or self
        side.blocked = side.blocked or effect

    def refuse(self, effect: str) -> NoReturn:
        """Note what was tried and raise SideEffectRefused."""
        self.block(effect)
        raise SideEffectRefused(effect)

    def here(self) -> "Guard":
        """Return the guard of this thread.

        A context is copied to other threads and outlives the side. Raises SideEffectRefused where nobody would leave
        what is entered now: in a thread that the guard does not follow, and after the side has returned.
        """
        here, side = get_ident(), self.side or self
        if self.thread is None:
            self.thread = here
        known = (self, followed.get(here), side)
        found = next((each for each in known if each and each.thread == here and side in (each, each.side)), None)
        return found or self.refuse("thread: not one that the guard follows")

    def close(self) -> None:
        """Put everything back, whatever happens meanwhile, and then let through what concerns the whole process."""
        entered, self.entered = self.entered, ()
        interruption: BaseException | None = None
        for each in reversed(entered):
            try:
                # A side under guard may call another seam's sides: their guard is not the outer one's business.
                outside(each.leave)
            except BaseException as error:  # noqa: BLE001  Raised when all is put back.
                interruption = interruption or error
        if interruption is not None:
            raise interruption


active: ContextVar[Guard | None] = ContextVar("harness_guard", default=None)


class Enclosure(Protocol):
    """What surrounds code that may write, where all of it is undone: it lets through, keeps inside, or refuses."""

    def asked(
        self, rule: Callable[..., Any], original: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Answer in the place of what the guard asks about."""


enclosure: ContextVar[Enclosure | None] = ContextVar("harness_enclosure", default=None)
"""Asked where no side under guard runs; one inside it is the guard's alone."""

followed: dict[int, Guard] = {}
"""The guards of threads that guarded sides started, by the thread's identifier."""


def outside(call: Any, *args: Any, **kwargs: Any) -> Any:
    """Call what is not the side's own doing: the guard is not asked."""
    token, around = active.set(None), enclosure.set(None)
    try:
        return call(*args, **kwargs)
    finally:
        enclosure.reset(around)
        active.reset(token)


def refuse_side_effect(effect: str) -> None:
    """Raise SideEffectRefused where this code runs under guard; to be called before a side effect past the database.

    ``effect`` says what was tried, for example ``provider: openai``.
    """
    if (guard := active.get()) is not None:
        guard.refuse(effect)
