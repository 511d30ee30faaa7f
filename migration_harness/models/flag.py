"""What the harness keeps: flags, the comparison log, reviews, and the audit trail.

Rows of ``Flag`` and ``FlagMember`` change only inside an operation of :mod:`migration_harness.control.flips`:
triggers in ``sql/flags.sql`` refuse every other way.
"""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from waffle.models import AbstractUserFlag

from migration_harness.comparing.scope import Scope
from migration_harness.conf import configured
from migration_harness.deciding.source import decide
from migration_harness.deciding.stages import BASELINES, COHORT_STAGES, Side, Stage, falls_back


def _choices(stages: tuple[Stage, ...]) -> list[tuple[str, str]]:
    return [(stage.value, stage.value) for stage in stages]


class Epoch(models.Model):
    """One counter for the whole installation (singleton, id=1), raised by every change of a flag."""

    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="epoch_singleton")]


class Flag(AbstractUserFlag):
    """Says which accounts are in the cohort. waffle's answers come from here; waffle's own fields are neutral."""

    stage = models.CharField(
        max_length=20, choices=_choices(COHORT_STAGES), default=Stage.LIVE.value, help_text="Of the cohort."
    )
    baseline = models.CharField(
        max_length=20, choices=_choices(BASELINES), default=Stage.OFF.value, help_text="Of everybody else."
    )
    share_bps = models.PositiveIntegerField(default=0, help_text="Accounts in the cohort, in basis points.")
    compared_bps = models.PositiveIntegerField(default=10_000, help_text="Calls compared, in basis points.")
    owner = models.CharField(max_length=100, blank=True, default="")
    salt = models.CharField(max_length=32, help_text="Random; never changes.")
    epoch = models.BigIntegerField(default=0, help_text="Epoch of the last change.")
    window_epoch = models.BigIntegerField(
        db_default=0, default=0, help_text="Epoch of the last change of stage or baseline: its evidence window began."
    )
    requires = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="Flags an account must be in as well.",
    )
    has_store = models.BooleanField(
        db_default=False, default=False, help_text="The two sides write to stores of their own."
    )

    class Meta(AbstractUserFlag.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=COHORT_STAGES), name="flag_stage_is_a_cohort_stage"),
            models.CheckConstraint(condition=Q(baseline__in=BASELINES), name="flag_baseline_is_a_baseline"),
            models.CheckConstraint(condition=Q(share_bps__lte=10_000), name="flag_share_at_most_all"),
            models.CheckConstraint(condition=Q(compared_bps__lte=10_000), name="flag_compared_at_most_all"),
            # A billing path must not be switchable by whoever sends the request.
            models.CheckConstraint(
                condition=Q(
                    percent=None, testing=False, superusers=False, staff=False, authenticated=False,
                    languages="", rollout=False,
                ),
                name="flag_waffle_fields_are_neutral",
            ),
            # Where one store is left behind, nobody may still read it: the stage is for everyone or, rolled
            # back, for nobody.
            models.CheckConstraint(
                condition=Q(has_store=False)
                | ~Q(stage__in=[stage.value for stage in COHORT_STAGES if not falls_back(stage, has_store=True)])
                | Q(everyone__isnull=False) & (Q(everyone=False) | Q(requires=[])),
                name="flag_leaves_a_store_only_for_everyone",
            ),
        ]  # fmt: skip

    @classmethod
    def get(cls, name: str) -> Self:
        """Return a flag to ask; it answers from the snapshot, never from waffle's cache."""
        return cls(name=name)

    @classmethod
    def get_all(cls) -> list[Self]:
        """Return every flag of the database, past waffle's cache."""
        return list(cls.objects.order_by("name"))

    def is_active(self, request: HttpRequest, read_only: bool = False) -> bool:  # noqa: ARG002, FBT001, FBT002  waffle's signature.
        """Tell whether the candidate is authoritative for the account of this request; no account, no."""
        return self._is_active_for(configured("REQUEST_ACCOUNT")(request))

    def is_active_for_user(self, user: AbstractBaseUser) -> bool:
        """Tell whether the candidate is authoritative for this user's account."""
        request = HttpRequest()
        request.user = user  # type: ignore[assignment]  # What the host's function reads.
        return self.is_active(request)

    def _is_active_for(self, account_id: str | None) -> bool:
        return account_id is not None and decide(self.name, account_id).in_cohort


class FlagMember(models.Model):
    """An account included in a flag's cohort, or excluded from it, by name."""

    flag = models.ForeignKey(Flag, on_delete=models.CASCADE, related_name="members")
    account_id = models.CharField(max_length=64)
    included = models.BooleanField(help_text="False: excluded.")
    reason = models.TextField(blank=True, default="")
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flag", "account_id"], name="one_membership_per_account"),
        ]


class Lease(models.Model):
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


class Drift(models.Model):
    """A write that has reached the authoritative store and may not have reached the other one.

    Written with the authoritative write, deleted with the other: see :mod:`migration_harness.stores.drift`.
    """

    seam = models.TextField()
    key = models.TextField(help_text="What was written, as the stores name it.")
    account_id = models.TextField(help_text="Empty: of no account.")
    authoritative = models.TextField(choices=[(side.value, side.value) for side in Side])
    stage = models.TextField()
    epoch = models.BigIntegerField()
    at = models.DateTimeField()
    version = models.BigIntegerField(default=1, help_text="Writes of this key since the stores were last equal.")
    attempts = models.IntegerField(default=0, help_text="How often the other store could not be brought up to date.")
    last_error = models.TextField(default="", help_text="The class of the last error; its text may hold anything.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seam", "key"], name="one_drift_per_key"),
            models.CheckConstraint(condition=Q(authoritative__in=list(Side)), name="drift_is_from_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.seam}: {self.key}"


class Comparison(models.Model):
    """One call in which both sides ran. Append-only; partitioned by day (see ``sql/comparisons.sql``)."""

    pk = models.CompositePrimaryKey("at", "id")
    id = models.BigIntegerField()
    at = models.DateTimeField()
    seam = models.TextField()
    flag_epoch = models.BigIntegerField()
    stage = models.TextField()
    account_id = models.TextField()
    account_plan = models.TextField()
    execution_path = models.TextField()
    group = ArrayField(models.TextField(), db_column="group_by")
    verdict = models.TextField()
    signature = models.TextField(null=True)  # A match has none.
    control_measure = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    candidate_measure = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    control_ns = models.BigIntegerField()
    candidate_ns = models.BigIntegerField()
    operation_id = models.TextField()
    request_id = models.TextField()
    run = models.TextField()
    revision = models.TextField(default="", db_default="", help_text="Of candidate, explanations and price list.")

    class Meta:
        db_table = "migration_harness_comparison"


class ComparisonSample(models.Model):
    """The full payload of a comparison that was no match; a capped number for each signature."""

    signature = models.CharField(max_length=12)
    seam = models.CharField(max_length=100)
    verdict = models.CharField(max_length=20)
    explanation = models.CharField(max_length=100, blank=True)
    group = ArrayField(models.TextField(), db_column="group_by")
    payload = models.JSONField(help_text="Differences with both values, expected value, and the call.")
    account_id = models.CharField(max_length=64)
    operation_id = models.CharField(max_length=255)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["signature", "-at"], name="sample_by_signature")]


class Run(models.Model):
    """Recorded usage that both sides priced again, charging nobody. Append-only, and no live evidence.

    Written whole, with what it found, when it is done: a run that was interrupted leaves nothing.
    """

    name = models.CharField(max_length=100, primary_key=True)
    actor = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    since = models.DateTimeField(help_text="Of the usage.")
    until = models.DateTimeField()
    calls = models.BigIntegerField(help_text="Recorded calls that were compared.")


class RunEvidence(models.Model):
    """The comparisons of one run that are alike, as the views of live evidence have them."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    seam = models.CharField(max_length=100)
    revision = models.TextField()
    account_id = models.TextField()
    account_plan = models.TextField()
    group = ArrayField(models.TextField(), db_column="group_by")
    verdict = models.CharField(max_length=20)
    signature = models.CharField(max_length=12, help_text="Empty: a match.")
    comparisons = models.BigIntegerField()
    control_sum = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    candidate_sum = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    one_sided = models.BigIntegerField(help_text="Those with a measure on one side only.")

    class Meta:
        indexes = [models.Index(fields=["run", "signature"], name="run_evidence_by_signature")]


class RunSample(models.Model):
    """The full payload of a comparison of a run that was no match; a capped number for each signature."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="samples", db_index=False)
    signature = models.CharField(max_length=12)
    explanation = models.CharField(max_length=100, blank=True)
    payload: Any = models.JSONField()
    account_id = models.TextField()
    operation_id = models.TextField(help_text="Of the call in the past.")
    at = models.DateTimeField(help_text="Of the call in the past.")

    class Meta:
        indexes = [models.Index(fields=["run", "signature"], name="run_sample_by_signature")]


class DiscrepancyReview(models.Model):
    """What a person decided about a discrepancy. One that nobody looked at has no row: it is open."""

    class State(models.TextChoices):
        """Where the review stands; ``reopened`` follows from a comparison after the fix."""

        OPEN = "open"
        ACKNOWLEDGED = "acknowledged"
        FIXED = "fixed"
        REOPENED = "reopened"

    signature = models.CharField(max_length=12, primary_key=True)
    state = models.CharField(max_length=20, choices=State)
    reason = models.TextField()
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()
    seen = models.BigIntegerField(null=True, help_text="Comparisons of this signature when it was reviewed.")
    seen_last_at = models.DateTimeField(null=True, help_text="When the last of them was, by its process's clock.")


class DiscrepancyNote(models.Model):
    """What a person wrote about a discrepancy. Append-only."""

    signature = models.CharField(max_length=12, db_index=True)
    text = models.TextField()
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.signature}: {self.text}"


class DiscrepancyAssignment(models.Model):
    """Who is on a discrepancy, by whom and since when. Without a row nobody is; who was is on the audit trail."""

    signature = models.CharField(max_length=12, primary_key=True)
    assignee = models.CharField(max_length=150)
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.signature}: {self.assignee}"


class StoredExplanation(models.Model):
    """A rule that a person proposed from a discrepancy; it explains once another person approved it.

    See :mod:`migration_harness.reviewing.stored_rules` for how it reaches the processes.
    """

    class State(models.TextChoices):
        """Where it stands. Only an approved one explains, until its last day."""

        PROPOSED = "proposed"
        APPROVED = "approved"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"
        REVOKED = "revoked"

    signature = models.CharField(max_length=12, db_index=True, help_text="The discrepancy that it was proposed from.")
    seam = models.CharField(max_length=100)
    paths = ArrayField(models.TextField(), help_text="The paths that may differ.")
    kinds = ArrayField(models.TextField(), help_text="How each of the paths may differ.")
    group = ArrayField(
        models.TextField(), null=True, db_column="group_by", help_text="Words of the calls; empty: any call."
    )
    reason = models.TextField()
    owner = models.CharField(max_length=150)
    expires = models.DateField(help_text="The last day on which it explains anything.")
    covered: Any = models.JSONField(help_text="What it would have covered when it was proposed.")
    state = models.CharField(max_length=20, choices=State, default=State.PROPOSED)
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=150, null=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, null=True, help_text="Who rejected, withdrew or revoked it.")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True, default="")
    version = models.BigIntegerField(default=1, help_text="Raised by every change; the sum tells processes to load.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "revoked"]) | Q(approved_by__isnull=False),
                name="explanation_is_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("proposed_by")),
                name="explanation_is_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How logs and pages call it."""
        return f"explanation {self.pk}"

    @property
    def scope(self) -> Scope:
        """What it covers."""
        group = None if self.group is None else tuple(self.group)
        return Scope(seam=self.seam, fields=frozenset(zip(self.paths, self.kinds, strict=True)), group=group)


class KeptForecast(models.Model):
    """A forecast that was made: its summary, and what its prices rested on. Append-only."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    flags = ArrayField(models.CharField(max_length=100), help_text="Whose candidate the forecast asked.")
    calls_of = models.TextField(help_text="Which calls: a digest of the trace, or the period of the log.")
    inputs: Any = models.JSONField(help_text="Prices, defaults and tiers by name; a signature holds while they do.")
    summary: Any = models.JSONField()

    def __str__(self) -> str:
        return f"forecast {self.pk}"


class ForecastSignOff(models.Model):
    """A person signed a forecast. Append-only; whether it still holds follows from the inputs."""

    forecast = models.ForeignKey(KeptForecast, on_delete=models.PROTECT, related_name="sign_offs")
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    reason = models.TextField()

    def __str__(self) -> str:
        return f"{self.forecast} signed by {self.actor}"


class AuditEvent(models.Model):
    """Who changed what, and why. Append-only; each event carries the hash of the one before."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=50)
    subject = models.CharField(max_length=150)
    before: Any = models.JSONField()
    after: Any = models.JSONField()
    reason = models.TextField(blank=True)
    evidence: Any = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.action}: {self.subject}"
