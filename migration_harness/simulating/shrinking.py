"""Makes a broken run small: what happens in it, and has nothing to do with the fault, is left out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from migration_harness.simulating.scenario import Act, Scenario
from migration_harness.simulating.world import Run

MOST_TRIES: Final = 200


def shrink(broken: Run, *, play: Callable[[Scenario], Run]) -> Run:
    """Return the smallest run found that breaks the same promise; whose it was, and by which epoch, may differ.

    What is left of a scenario takes the same time as before, since every thread has chances of its own. Pieces are left
    out, first large ones: delta debugging.
    """
    best, tries = broken, 0
    size = max(1, len(best.scenario.acts) // 2)
    while size and tries < MOST_TRIES:
        place, smaller = 0, False
        while place < len(best.scenario.acts) and tries < MOST_TRIES:
            acts = best.scenario.acts
            tried = play(replace(best.scenario, acts=_without(acts, place, size)))
            tries += 1
            if kind_of(tried.broken) == kind_of(broken.broken):
                best, smaller = tried, True
            else:
                place += size
        if not smaller or size > 1:
            size //= 2
    return best


def kind_of(broken: str) -> str:
    """Return which promise a sentence is about: the sentence without names and numbers."""
    words = broken.replace(",", " ").replace(".", " ").split()
    return " ".join(word for word in words if word.isalpha() and word.islower())


def _without(acts: tuple[Act, ...], place: int, size: int) -> tuple[Act, ...]:
    return acts[:place] + acts[place + size :]
