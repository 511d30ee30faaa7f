"""Rows that decide what an account pays: they are read where they are written, also where a router has a replica.

A replica is behind. A balance, a price, a key or a charge that was read there would be written back as it was, charged
as it was, or healed twice.
"""

from typing import TypeVar

from django.db import models, router
from django.db.models import QuerySet

_R = TypeVar("_R", bound=models.Model)


class LedgerRows(models.Manager[_R]):
    """Gives rows of the database in which they are written, where nobody names another one."""

    def get_queryset(self) -> QuerySet[_R]:
        """Return all rows."""
        rows = super().get_queryset()
        return rows if self._db else rows.using(router.db_for_write(self.model))
