"""Errors of the log by day, and of which periods somebody would have told (see :mod:`migration_harness.errors`).

Times are of the database's clock.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from migration_harness.models.bound import Bound


class PeriodsField(models.Field):  # type: ignore[type-arg]
    """Periods that touch nowhere: PostgreSQL's tstzmultirange."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002  Django's signature.
        """Return the type's name."""
        return "tstzmultirange"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002  Django's signature.
        """Return the value as the driver takes it."""
        return value


class KeptError(Bound):
    """How often an error was logged on one day: by the name that the code gives it, and by its logger."""

    pk = models.CompositePrimaryKey("day", "event", "logger")
    day = models.DateField(help_text="Of its last occurrence, in UTC.")
    event = models.CharField(max_length=150)
    logger = models.CharField(max_length=150)
    level = models.CharField(max_length=10)
    times = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    sample = models.TextField(help_text="Of the last one: the class of the error, its place, the id of the request.")

    def __str__(self) -> str:
        return self.event


class ReportedHour(Bound):
    """What is known of one hour: when some process had told all it had seen, and when one could not."""

    hour = models.DateTimeField(primary_key=True)
    covered = PeriodsField(help_text="Some process had written all that it saw.")
    gaps = PeriodsField(help_text="Some process could not write.")
    lost = models.BigIntegerField(help_text="Errors that came and could not be kept.")


class Reporter(Bound):
    """A process that tells of its errors. It takes its row along: one that is left has vanished with what it knew."""

    id = models.UUIDField(primary_key=True)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    role = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    beat_at = models.DateTimeField()
