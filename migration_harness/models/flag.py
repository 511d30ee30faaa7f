"""Flags, their members, and the epoch.

Rows of ``Flag`` and ``FlagMember`` change only inside an operation, see :mod:`migration_harness.control.triggers`:
triggers in ``sql/flags.sql`` refuse every other way.
"""

from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from waffle.models import AbstractUserFlag

from migration_harness.conf import configured
from migration_harness.deciding.source import decide
from migration_harness.deciding.stages import BASELINES, COHORT_STAGES, Stage, falls_back
from migration_harness.models.bound import Bound


def _choices(stages: tuple[Stage, ...]) -> list[tuple[str, str]]:
    return [(stage.value, stage.value) for stage in stages]


class Epoch(Bound):
    """One counter for the whole installation (singleton, id=1), raised by every change of a flag."""

    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="epoch_singleton")]


class Flag(Bound, AbstractUserFlag):  # type: ignore[misc]  # waffle's manager would empty a cache that nobody reads.
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
    retired = models.BooleanField(
        db_default=False, default=False, help_text="Off every list: nothing asks it any more."
    )

    class Meta(AbstractUserFlag.Meta):
        permissions = (
            ("look", "Can look at the migration"),
            ("operate", "Can operate the migration: move accounts, review, roll back"),
            ("approve", "Can approve in the migration: sign, approve, take money"),
            ("override", "Can pass what the migration refuses"),
        )
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

    def flush(self) -> None:
        """Leave waffle's cache alone: nobody asks it for a flag, and it may be down."""

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


class FlagMember(Bound):
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
