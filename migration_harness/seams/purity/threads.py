"""The guard follows what a guarded side starts in threads and gives to thread pools.

Such work runs under a guard of its own, which is entered and left in its thread and tells the side's guard what was
tried. The threads of a pool are not the side's: they are started outside of the guard and serve others too.
"""

import threading
from _thread import get_ident
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from inspect import signature
from multiprocessing.pool import AsyncResult, Pool, ThreadPool
from typing import Any, Final

from migration_harness.seams.purity.guard import CLOSED, Guard, SideEffectRefused, active, followed, outside
from migration_harness.seams.purity.hooks import hook

_WORK: Final = ("fn", "func", "initializer", "callback", "error_callback")
"""How pools call the functions that they are given."""


class RefusedInPool(Exception):
    """Stands for SideEffectRefused in a pool of ``multiprocessing``, whose threads end at what is no Exception."""


class Running:
    """What the side has started elsewhere and not waited for is told by the verdict."""

    def __init__(self, guard: Guard, is_over: Callable[[], bool]) -> None:
        self._guard = guard
        self._is_over = is_over

    def leave(self) -> None:
        """Ask whether it is over; nobody waits for it."""
        if not self._is_over():
            self._guard.block("thread: left running")


def watch() -> None:
    """Have threads and thread pools ask the guard."""
    hook(threading.Thread, ("start",), _start)
    hook(ThreadPoolExecutor, ("__init__", "submit"), _give)
    hook(Future, ("add_done_callback",), _give)
    hook(ThreadPool, ("__init__",), _give_to_pool)
    hook(Pool, ("apply_async", "_map_async", "imap", "imap_unordered"), _give_to_pool)


def run_followed(side: Guard, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Do this work of a guarded side in this thread, under a guard of its own."""
    here, guard = get_ident(), Guard()
    guard.side, guard.thread = side, here
    outer = followed.get(here)
    followed[here] = guard
    token = active.set(guard)
    try:
        return work(*args, **kwargs)
    finally:
        active.reset(token)
        if outer is None:
            del followed[here]
        else:
            followed[here] = outer
        guard.thread = CLOSED
        guard.close()


def _start(guard: Guard, original: Callable[..., Any], thread: threading.Thread) -> None:
    thread.run = partial(_run_thread, guard.side or guard, thread.run)  # type: ignore[method-assign]
    outside(original, thread)
    guard.entered += (Running(guard, lambda: not thread.is_alive()),)


def _run_thread(side: Guard, run: Callable[[], None]) -> None:
    # The side's guard knows of it; nobody else is there to be told.
    with suppress(SideEffectRefused):
        run_followed(side, run)


def _give(guard: Guard, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    given = outside(_called, original, args, kwargs, partial(partial, run_followed, guard.side or guard))
    if isinstance(given, Future):
        guard.entered += (Running(guard, given.done),)
    return given


def _give_to_pool(guard: Guard, original: Callable[..., Any], pool: Any, *args: Any, **kwargs: Any) -> Any:
    if not isinstance(pool, ThreadPool):
        guard.refuse(f"process: {type(pool).__name__}.{original.__name__}")
    given = outside(_called, original, (pool, *args), kwargs, partial(partial, _run_in_pool, guard.side or guard))
    if isinstance(given, AsyncResult):
        guard.entered += (Running(guard, given.ready),)
    return given


def _run_in_pool(side: Guard, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    try:
        return run_followed(side, work, *args, **kwargs)
    except SideEffectRefused as refused:
        raise RefusedInPool(*refused.args) from refused


def _called(original: Callable[..., Any], args: Any, kwargs: Any, wrap: Callable[[Any], Any]) -> Any:
    """Call with the functions among its arguments wrapped."""
    call = signature(original).bind(*args, **kwargs)
    for name in _WORK:
        if call.arguments.get(name) is not None:
            call.arguments[name] = wrap(call.arguments[name])
    return original(*call.args, **call.kwargs)
