"""What an account's plan has room for. The database sees to it (``sql/within_plan.sql``); this is what it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import IntegrityError, transaction

from igny8_core.auth.exceptions import PlanIsFull

CONSTRAINT: Final = "within_plan"


@contextmanager
def within_plan() -> Iterator[None]:
    """Add sites or keywords in the block. Raises PlanIsFull where the plan has no room for them."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if (refused := refusal_of(error)) is None:
            raise
        raise refused from None


def refusal_of(error: IntegrityError) -> PlanIsFull | None:
    """Return what a refusal of the database means; None where it is about something else."""
    told = getattr(error.__cause__, "diag", None)
    if told is None or told.constraint_name != CONSTRAINT:
        return None
    return PlanIsFull(told.message_primary)
