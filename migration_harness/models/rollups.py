"""The rollups of the comparison log, which only ``migration_harness_fold`` writes (see ``sql/rollups.sql``).

Sums are of both measures, each None where nothing was measured. ``one_sided`` comparisons have a measure on one side
only. ``key`` is a digest of what a row is of.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from migration_harness.models.bound import Bound


class SumField(models.DecimalField):  # type: ignore[type-arg]
    """A sum without a limit to its digits, as the log has none to a measure's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"max_digits": 1_000, "decimal_places": 500})

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002  Django's signature.
        """Return PostgreSQL's numeric without a precision."""
        return "numeric"


class FoldState(Bound):
    """How far the log is folded (singleton, id=1): the comparisons below the watermark are.

    It is a turn, a transaction id with the life above it: see ``sql/turns.sql``.
    """

    watermark = models.BigIntegerField(help_text="A transaction id of PostgreSQL.")
    life = models.BigIntegerField(
        db_default=0, default=0, help_text="How often a server began to count below the watermark."
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="fold_state_singleton")]


class _Counted(Bound):
    """What every rollup of comparisons says."""

    run = models.TextField()
    seam = models.TextField()
    flag_epoch = models.BigIntegerField()
    revision = models.TextField()
    verdict = models.TextField()
    comparisons = models.BigIntegerField()
    control_sum = SumField(null=True)
    candidate_sum = SumField(null=True)
    one_sided = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        abstract = True


class _Stratum(_Counted):
    """Comparisons of one stratum."""

    key = models.UUIDField()
    stage = models.TextField()
    execution_path = models.TextField()
    group = ArrayField(models.TextField(), db_column="group_by")

    class Meta:
        abstract = True


class MinuteRollup(_Stratum):
    """One minute's comparisons of one stratum, whatever their signatures."""

    pk = models.CompositePrimaryKey("minute", "key")
    minute = models.DateTimeField()


class DayRollup(_Stratum):
    """One day's comparisons of one stratum."""

    pk = models.CompositePrimaryKey("day", "key")
    day = models.DateTimeField()
    signature = models.TextField(help_text="Empty for a match.")

    class Meta:
        indexes = [
            models.Index(fields=["signature"], condition=~Q(signature=""), name="day_rollup_by_signature"),
            models.Index(
                fields=["stage", "day"],
                condition=Q(run="", verdict__in=("mismatch", "unlawful")),
                name="day_rollup_off_by_stage",
            ),
        ]


class AccountRollup(_Counted):
    """One day's comparisons of one account."""

    pk = models.CompositePrimaryKey("day", "key")
    day = models.DateTimeField()
    key = models.UUIDField()
    account_id = models.TextField(help_text="Empty: of no account.")
    account_plan = models.TextField()
    signature = models.TextField(help_text="Empty for a match.")

    class Meta:
        indexes = [
            models.Index(fields=["signature"], condition=~Q(signature=""), name="account_rollup_by_signature"),
            models.Index(fields=["account_id", "day"], name="account_rollup_by_account"),
        ]


class DurationRollup(Bound):
    """How often one side took about this long on one day: a bar of the histogram of a stratum."""

    pk = models.CompositePrimaryKey("day", "key")
    day = models.DateTimeField()
    key = models.UUIDField()
    run = models.TextField()
    seam = models.TextField()
    flag_epoch = models.BigIntegerField()
    revision = models.TextField()
    execution_path = models.TextField()
    group = ArrayField(models.TextField(), db_column="group_by")
    side = models.TextField()
    bucket = models.IntegerField(help_text="Its place among migration_harness_duration_bounds().")
    comparisons = models.BigIntegerField()
    total_ns = models.BigIntegerField()


class EvidenceTotal(Bound):
    """All comparisons that ended in one way, of all days and runs."""

    pk = models.CompositePrimaryKey("seam", "verdict", "signature")
    seam = models.TextField()
    verdict = models.TextField()
    signature = models.TextField(help_text="Empty for a match.")
    group = ArrayField(models.TextField(), db_column="group_by")
    comparisons = models.BigIntegerField()
    accounts = models.BigIntegerField(help_text="Of a discrepancy; 0 for a match.")
    control_sum = SumField(null=True)
    candidate_sum = SumField(null=True)
    one_sided = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["signature"], name="evidence_total_by_signature")]


class StratumTotal(Bound):
    """Live comparisons of a stratum that ended in one way, by revision and epoch, of all days and signatures.

    It follows the rollup by the day by triggers (see ``sql/strata.sql``).
    """

    key = models.UUIDField(primary_key=True)
    seam = models.TextField()
    flag_epoch = models.BigIntegerField()
    revision = models.TextField()
    stage = models.TextField()
    execution_path = models.TextField()
    group = ArrayField(models.TextField(), db_column="group_by")
    verdict = models.TextField()
    comparisons = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["seam", "revision"], name="stratum_total_by_revision")]


class AccountTotal(Bound):
    """One account's part in a discrepancy, of all days and runs."""

    pk = models.CompositePrimaryKey("signature", "account_id")
    signature = models.TextField()
    account_id = models.TextField(help_text="Empty: of no account.")
    comparisons = models.BigIntegerField()
    control_sum = SumField(null=True)
    candidate_sum = SumField(null=True)


class DroppedComparisons(Bound):
    """Comparisons of a seam of one day that are nowhere else: matches that found a buffer full, and others."""

    pk = models.CompositePrimaryKey("seam", "day")
    seam = models.TextField()
    day = models.DateField()
    dropped = models.BigIntegerField()
    set_aside = models.BigIntegerField(db_default=0, default=0, help_text="Comparisons that could not be written.")
