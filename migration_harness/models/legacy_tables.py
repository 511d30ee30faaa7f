"""What the database itself counts of tables that lose something with the deletion, and what people declare of it.

See :mod:`migration_harness.tombstones.tables`. Times are of the database's clock.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from migration_harness.models.bound import Bound


class LegacyTable(Bound):
    """A table that goes as a whole, as its counters stood when they were looked at last."""

    table = models.TextField(primary_key=True)
    counted_by = models.TextField(help_text="What the counters belong to: another one begins with other counters.")
    followed_from = models.DateTimeField(help_text="Since when nothing of them is missing.")
    broken = models.TextField(blank=True, help_text="Why nobody knows what was before.")
    looked_at = models.DateTimeField()
    reads = models.BigIntegerField(help_text="Scans of the table and of its indexes.")
    writes = models.BigIntegerField(help_text="Rows inserted, updated and deleted.")
    own_reads = models.BigIntegerField(default=0, help_text="Of the harness, which the counters do not show yet.")

    def __str__(self) -> str:
        return self.table


class LegacyTableUse(Bound):
    """How often somebody other than the harness used such a table in one hour."""

    pk = models.CompositePrimaryKey("hour", "table")
    hour = models.DateTimeField()
    table = models.TextField()
    reads = models.BigIntegerField()
    writes = models.BigIntegerField()
    first_at = models.DateTimeField(help_text="The look before which it was not used.")
    last_at = models.DateTimeField(help_text="The look that saw it.")

    def __str__(self) -> str:
        return self.table


class LegacyWatch(Bound):
    """How other programs are watched (singleton, id=1): by which source, since when, and who follows this server."""

    source = models.TextField(blank=True, help_text="Empty where there is none.")
    missing = models.TextField(blank=True, help_text="Why there is none.")
    counted_by = models.TextField(blank=True)
    followed_from = models.DateTimeField(null=True)
    broken = models.TextField(blank=True)
    looked_at = models.DateTimeField()
    calls: Any = models.JSONField(help_text="By statement, how often it had run.")
    followers = models.IntegerField(help_text="Servers that received this one's changes, when there was one last.")
    followers_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="legacy_watch_singleton")]

    def __str__(self) -> str:
        return self.source or "nothing"


class LegacyStatement(Bound):
    """How often another role ran a statement on legacy data in one hour; without its values."""

    pk = models.CompositePrimaryKey("hour", "table", "role", "digest")
    hour = models.DateTimeField()
    table = models.TextField()
    role = models.TextField()
    digest = models.CharField(max_length=32)
    statement = models.TextField(help_text="Its beginning, as the database normalises it.")
    is_dump = models.BooleanField(help_text="It copies the table as a whole, as a backup does.")
    calls = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.role}: {self.table}"


class LegacyDeclaration(Bound):
    """A person's word that no other program uses legacy data. It is no proof, and ends."""

    actor = models.CharField(max_length=150)
    reason = models.TextField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="legacy_declaration_has_an_end"),
            models.CheckConstraint(condition=~Q(reason=""), name="legacy_declaration_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.reason}"
