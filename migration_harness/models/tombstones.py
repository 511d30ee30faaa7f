"""Who executed legacy code, and of which periods, revisions and processes anybody would know.

See :mod:`migration_harness.tombstones`. Times are of the database's clock.
"""

from django.db import models

from migration_harness.models.bound import Bound
from migration_harness.models.errors import PeriodsField


class LegacyEntry(Bound):
    """A legacy entry as one revision has it, with what is said of it there."""

    pk = models.CompositePrimaryKey("entry", "revision")
    entry = models.CharField(max_length=200)
    revision = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    owner = models.CharField(max_length=150)
    since = models.DateField(null=True, help_text="As the code says; none for what the plan alone names.")
    reason = models.TextField()
    first_at = models.DateTimeField(help_text="When a process of this revision told of it first.")
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.entry


class LegacyExecution(Bound):
    """How often an entry was executed on one day, by what for, path, revision and caller."""

    pk = models.CompositePrimaryKey("day", "entry", "purpose", "execution_path", "revision", "caller")
    day = models.DateField(help_text="Of the last one, in UTC.")
    entry = models.CharField(max_length=200)
    purpose = models.CharField(max_length=10)
    execution_path = models.CharField(max_length=20)
    revision = models.CharField(max_length=200)
    caller = models.CharField(max_length=300, help_text="File, line and function. Empty where nobody could tell.")
    times = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.entry} for {self.purpose}"


class LegacyLine(Bound):
    """A line of legacy code that was executed for an answer on one day, by a process that sees lines."""

    pk = models.CompositePrimaryKey("day", "file", "line", "version", "revision")
    day = models.DateField(help_text="In UTC.")
    file = models.TextField(help_text="Below the root of the host.")
    line = models.IntegerField()
    version = models.CharField(max_length=16, help_text="Of the file's text. Empty where it could not be read.")
    revision = models.CharField(max_length=200)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When a process saw it last: each sees it once in a period of a day.")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class MarkedRevision(Bound):
    """When processes of a revision that counts executions ran, and whether all of them saw lines."""

    revision = models.CharField(max_length=200, primary_key=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    lines_from = models.DateTimeField(null=True, help_text="When a process that sees lines told first.")
    entries_at = models.DateTimeField(null=True, help_text="When a process that sees entries alone told last.")


class TombstoneHour(Bound):
    """What is known of one hour: when some process had told all it had executed, and when one could not."""

    hour = models.DateTimeField(primary_key=True)
    covered = PeriodsField()
    gaps = PeriodsField()
    lost = models.BigIntegerField(help_text="Executions that could not be told.")


class TombstoneReporter(Bound):
    """A process that tells what it executes. It takes its row along: one that is left has vanished."""

    id = models.UUIDField(primary_key=True)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    role = models.CharField(max_length=20)
    revision = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    beat_at = models.DateTimeField()


class UnmarkedProcess(Bound):
    """A process that held a lease and told nothing: of a revision without tombstones."""

    pk = models.CompositePrimaryKey("host", "pid")
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    role = models.CharField(max_length=20)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
