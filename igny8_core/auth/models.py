"""Who uses the service: an account on a plan, its sites and its users."""

from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models

from igny8_core.auth.attempt_models import SignInAttempt
from igny8_core.auth.factor_models import RecoveryCode, SecondFactor
from igny8_core.ledger_rows import LedgerRows

__all__ = ["Account", "Plan", "RecoveryCode", "SecondFactor", "SignInAttempt", "Site", "User"]


class Plan(models.Model):
    """What an account subscribes to."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    name = models.CharField(max_length=50, unique=True)
    included_credits = models.PositiveIntegerField(help_text="Credits added per billing period.")
    allows_overrides = models.BooleanField(
        default=True, help_text="Whether an account may choose its own models. The Free plan may not."
    )

    most_sites = models.PositiveIntegerField(default=100, db_default=100, help_text="Sites that an account may have.")
    most_keywords = models.PositiveIntegerField(
        default=100_000, db_default=100_000, help_text="Keywords that an account may have, of all its sites."
    )

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """A tenant. Its balance changes only through ``CreditTransaction`` rows: a trigger sees to it."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    name = models.CharField(max_length=100)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="accounts")
    credits = models.IntegerField(default=0, help_text="Balance in credits, never below 0.")
    opening_credits = models.IntegerField(
        default=0, editable=False, help_text="Balance at creation, set by the database."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(credits__gte=0), name="account_credits_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A web site that an account publishes content for."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=100)
    domain = models.CharField(max_length=253, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="site_name_unique_per_account")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a site beyond the account's plan; for forms and ``full_clean``. A trigger refuses every other one."""
        if self.pk is None and self.account_id is not None and self.account.pk is not None:
            most = self.account.plan.most_sites
            if self.account.sites.count() >= most:
                raise ValidationError(f"The plan has room for {most:,} sites. Delete some, or change the plan.")


class User(AbstractUser):
    """A person who signs in. Operators are staff and belong to no account."""

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="users")

    shown_factor: int | None = None
    """Which second factor was shown with the password, where somebody has just signed in."""
