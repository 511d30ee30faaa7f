"""Who uses the service: an account on a plan, its sites and its users."""

from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.db import models

from igny8_core.ledger_rows import LedgerRows


class Plan(models.Model):
    """What an account subscribes to."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    name = models.CharField(max_length=50, unique=True)
    included_credits = models.PositiveIntegerField(help_text="Credits added per billing period.")
    allows_overrides = models.BooleanField(
        default=True, help_text="Whether an account may choose its own models. The Free plan may not."
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


class User(AbstractUser):
    """A person who signs in. Operators are staff and belong to no account."""

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="users")
