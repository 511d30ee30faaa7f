"""Backups of what the deletion drops, as they were tried out."""

from typing import Any

from django.db import models

from migration_harness.models.bound import Bound


class VerifiedBackup(Bound):
    """One look at a backup: restored into a scratch database, and compared with the tables. Append-only."""

    path = models.TextField()
    host = models.TextField(help_text="The machine on which the file was read.")
    backup = models.TextField(help_text="The backup's own random name.")
    sha256 = models.CharField(max_length=64, help_text="Of the file.")
    key = models.CharField(max_length=16, help_text="The name of its key.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)
    revision = models.TextField(blank=True, help_text="Of the code that made it.")
    schema = models.JSONField(help_text="The schema migrations that the database had then, by app.")
    parts: Any = models.JSONField(help_text="What it has: tables, columns, rows and digests.")
    rows = models.BigIntegerField()
    equal = models.BooleanField(help_text="What was restored is what the tables had at that moment.")
    differences: Any = models.JSONField(help_text="What differed, by part.")
    untried: Any = models.JSONField(help_text="What could not be tried in a scratch database.")
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()
    seconds = models.FloatField()

    def __str__(self) -> str:
        return self.path
