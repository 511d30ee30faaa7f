"""Processes that decide, as they are known to each other."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration_harness.models.bound import Bound


class Lease(Bound):
    """A process's right to decide, see :mod:`migration_harness.deciding.leases`. Times are of the database's clock."""

    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    role = models.CharField(max_length=20)
    epoch = models.BigIntegerField(help_text="The epoch that the process acknowledged.")
    open_units = models.IntegerField(help_text="Units of work that were open at the last renewal.")
    open_breakers = ArrayField(
        models.TextField(), default=list, db_default=[], help_text="Seams that the process does not compare for now."
    )
    taken_at = models.DateTimeField()
    renewed_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ran_out = models.DateTimeField(null=True, help_text="The renewal after which somebody watched it run out.")
