"""What contracts share: a sentence that must hold, and a refusal that must come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from migration_harness.database import transaction


def must(holds: object, sentence: str) -> None:
    """Raise AssertionError with the sentence where it does not hold."""
    if not holds:
        raise AssertionError(sentence)


def must_equal(found: Any, expected: Any, sentence: str) -> None:
    """Raise AssertionError with the sentence and both values where they differ."""
    must(found == expected, f"{sentence} Expected {expected!r}, found {found!r}.")


def must_refuse(act: Callable[[], object], refusals: type[Exception] | tuple[type[Exception], ...], what: str) -> None:
    """Raise AssertionError where nothing of these is raised; what was begun is undone, as the caller would."""
    try:
        with transaction.atomic():
            act()
    except refusals:
        return
    raise AssertionError(f"{what} must be refused, and nothing was raised.")


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done meanwhile, as a failing request does."""
    with transaction.atomic():
        yield
        transaction.give_back()
