"""Charges per second of eight processes, each on a connection and an account of its own."""

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

import django

from benchmarks.timing import Figure

CONNECTIONS = 8
SLICES = 6
SLICE_SECONDS = 1.5
WARM_UP_CHARGES = 20


def figures() -> dict[str, Figure]:
    """Return the sum of what the eight make; ours and the plain transactions take turns."""
    from benchmarks.charges import OURS, PLAIN, compared

    # Spawned: a forked process would share the parent's connection.
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(CONNECTIONS)
    pipes = [context.Pipe() for _ in range(CONNECTIONS)]
    processes = [context.Process(target=_charge, args=(n, barrier, pipe[1])) for n, pipe in enumerate(pipes)]
    for process in processes:
        process.start()
    told: list[list[tuple[str, float]]] = [pipe[0].recv() for pipe in pipes]
    for process in processes:
        process.join()
    rates: dict[str, list[float]] = {OURS: [], PLAIN: []}
    for turn in zip(*told, strict=True):
        rates[turn[0][0]].append(sum(rate for _, rate in turn))
    return compared(rates, suffix=", 8 connections")


def _charge(number: int, barrier: Barrier, pipe: Connection) -> None:
    django.setup()
    from benchmarks.charges import OURS, PLAIN, rate_of, through_plain_orm, through_the_service
    from migration_harness.api import ExecutionPath, unit_of_work

    calls = {OURS: through_the_service(number), PLAIN: through_plain_orm()}
    told = []
    with unit_of_work(execution_path=ExecutionPath.DIRECT):
        for call in calls.values():
            for _ in range(WARM_UP_CHARGES):
                call()
        for _ in range(SLICES):
            for name, call in calls.items():
                barrier.wait()
                told.append((name, rate_of(call, seconds=SLICE_SECONDS)))
    pipe.send(told)
