"""The unit in which money moves: ``with charge(operation_id=…):``."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.db import DEFAULT_DB_ALIAS, transaction


class Charge:
    """One charge being made. The money seam fills in what it found; the host stores it with the charge.

    Attributes:
        operation_id: The same operation is charged once.
        using: The database in which the charge and its evidence are written.
        answered_by: The side whose price is charged, ``control`` or ``candidate``; empty until a money seam answered.
        epoch: The epoch of the flag that decided.
        control_measure: The legacy price, where the control ran.
        candidate_measure: The new price, where the candidate ran.
    """

    __slots__ = (
        "_compared",
        "answered_by",
        "candidate_measure",
        "control_measure",
        "epoch",
        "operation_id",
        "using",
    )

    def __init__(self, *, operation_id: str, using: str) -> None:
        self.operation_id = operation_id
        self.using = using
        self.answered_by = ""
        self.epoch = 0
        self.control_measure: Decimal | int | None = None
        self.candidate_measure: Decimal | int | None = None
        self._compared: set[str] = set()

    def compares(self, seam: str) -> bool:
        """Tell whether this call is the seam's first one in this charge: only that one is compared."""
        if seam in self._compared:
            return False
        self._compared.add(seam)
        return True


current: ContextVar[Charge | None] = ContextVar("harness_charge", default=None)


@contextmanager
def charge(*, operation_id: str, using: str = DEFAULT_DB_ALIAS) -> Iterator[Charge]:
    """Open the transaction of one charge; its ledger rows and its evidence commit together or not at all.

    Inside it a money seam runs both sides, writes the comparison and answers; outside, the seam asks
    the authoritative side alone. Never call a provider inside.
    """
    this = Charge(operation_id=operation_id, using=using)
    with transaction.atomic(using=using):
        token = current.set(this)
        try:
            yield this
        finally:
            current.reset(token)
