"""Tokens: what a program sends in place of a person's password."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from migration_harness.models.bound import Bound


class ApiToken(Bound):
    """A token of a user. Of its text only the hash is kept, so that whoever reads the table can use none of it.

    No foreign key to the user: the revision before, which does not know this table, must be able to delete one.
    """

    class Scope(models.TextChoices):
        """What a token may do."""

        READ = "read"
        """Look at everything, change nothing."""
        OPERATE = "operate"
        """Do what changes something."""
        APPROVE = "approve"
        """Say a person's word: approve what another one proposed, sign a forecast."""
        GATE = "gate"
        """Answer gates for somebody outside, and nothing else: it goes with no other scope."""

    prefix = models.CharField(max_length=20, unique=True, help_text="How the token begins; it is no secret.")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole token.")
    user_id = models.CharField(max_length=100)
    name = models.CharField(max_length=100, help_text="What it is for.")
    scopes = ArrayField(models.CharField(max_length=10))
    password_seal = models.CharField(
        max_length=64, help_text="Keyed hash of the user's password hash: another password, and the token is over."
    )
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    by_owner = models.BooleanField(
        default=False, db_default=False, help_text="Its owner made it, and has shown that it was them."
    )
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hash__regex="^[0-9a-f]{64}$"), name="api_token_hashed"),
            models.CheckConstraint(
                condition=Q(scopes__len__gt=0, scopes__contained_by=["read", "operate", "approve"])
                | Q(scopes=["gate"]),
                name="api_token_scopes_known",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_token_expires"),
        ]

    def __str__(self) -> str:
        return self.prefix
