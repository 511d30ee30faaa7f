"""What the trial balance remembers: how far it has come, what it has seen, and what was wrong."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from migration_harness.models.bound import Bound


class TrialState(Bound):
    """How far the trial balance has come with what is new (singleton, id=1)."""

    books = models.CharField(max_length=64, help_text="Digest of the statements by which the host's books are read.")
    begun_at = models.DateTimeField(help_text="When they were read from the beginning.")
    entries_to = models.BigIntegerField(default=-(2**63), help_text="Entries up to this id were checked.")
    usage_to = models.BigIntegerField(default=-(2**63), help_text="Usage logs up to this id were.")
    evidence_turn = models.BigIntegerField(default=0, help_text="Comparisons below this turn were.")
    evidence_since = models.DateTimeField(help_text="From when on a charge's comparison is still kept.")
    trail_hash = models.CharField(max_length=64, default="", help_text="The newest event of the trail when it was.")
    counters = models.JSONField(default=dict, help_text="What the server counted of changed and removed rows.")
    is_caught_up = models.BooleanField(default=False, help_text="Nothing new was left when it was checked last.")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="trial_state_singleton")]


class TrialPass(Bound):
    """One way through what was checked before, and where it is."""

    name = models.CharField(max_length=30, primary_key=True)
    position = models.TextField(default="", help_text="Behind this; empty: at the beginning.")
    rounds_due = models.IntegerField(default=0, help_text="To be gone at once, and not by and by.")
    rounds = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, help_text="When it came to the end last.")


class TrialBlock(Bound):
    """What the rows of a range of ids were when they were checked first: a digest of each, null where there is none."""

    pk = models.CompositePrimaryKey("book", "first_id")
    book = models.CharField(max_length=10)
    first_id = models.BigIntegerField()
    row_count = models.IntegerField()
    digests = ArrayField(models.IntegerField(null=True))
    xid = models.BigIntegerField(help_text="Rows that these transactions or later ones wrote were looked at later.")


class TrialGap(Bound):
    """Ids that were not there when those behind them were: their transactions may still be running."""

    book = models.CharField(max_length=10)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    xid = models.BigIntegerField(help_text="When all transactions before this one have ended nobody comes any more.")

    class Meta:
        indexes = [models.Index(fields=["book", "xid"], name="trial_gap_by_age")]


class TrialFault(Bound):
    """An invariant that was found broken, with the rows that break it; resolved when they do no more."""

    law = models.CharField(max_length=30)
    key = models.TextField(help_text="Of the row that breaks it.")
    account_id = models.TextField(blank=True, help_text="Empty: of no account.")
    rows = ArrayField(models.BigIntegerField(), default=list)
    sentence = models.TextField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["law", "key"], condition=Q(resolved_at=None), name="trial_fault_open_once")
        ]
        indexes = [models.Index(fields=["seen_at"], condition=Q(resolved_at=None), name="trial_fault_open")]

    def __str__(self) -> str:
        return self.sentence
