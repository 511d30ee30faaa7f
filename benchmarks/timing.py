"""How a call is timed: many short rounds, the calls taking turns, and the median and minimum of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from statistics import median
from time import perf_counter

Call = Callable[[], object]

ROUNDS = 101
ROUND_SECONDS = 0.004
MAX_CALLS_PER_ROUND = 1_000
"""Below the number of rows at which the recorder's thread is woken: a round measures the caller alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Microseconds (or what ``unit`` says) of one call: the median of all rounds, and the best round."""

    median: float
    best: float
    unit: str = "µs"


def figure_of(samples: list[float]) -> Figure:
    """Return the figure of samples in microseconds."""
    return Figure(median=median(samples), best=min(samples))


def measure(calls: Mapping[str, Call], *, between: Call = lambda: None) -> dict[str, list[float]]:
    """Return the microseconds per call of each round, by name.

    The calls take turns, so that a busy neighbour on the machine slows all of them and not one of them.
    Garbage is collected as in production. ``between`` runs after each round of a call, untimed.
    """
    counts = {name: _calls_per_round(call) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            samples[name].append(_round(call, counts[name]))
            between()
    return samples


def figure_over(samples: list[float], direct: list[float]) -> Figure:
    """Return what a call costs more than the direct call: the median difference of a round, and of the best rounds."""
    differences = [call - baseline for call, baseline in zip(samples, direct, strict=True)]
    return Figure(median=median(differences), best=min(samples) - min(direct))


def _calls_per_round(call: Call) -> int:
    """Warm the call up and return how many of it fill a round."""
    _round(call, 50)
    return max(10, min(MAX_CALLS_PER_ROUND, int(ROUND_SECONDS * 1e6 / _round(call, 50))))


def _round(call: Call, count: int) -> float:
    start = perf_counter()
    for _ in repeat(None, count):
        call()
    return (perf_counter() - start) / count * 1e6
