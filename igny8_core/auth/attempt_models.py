"""Attempts to sign in that have not succeeded, for as long as they count."""

from django.db import models


class SignInAttempt(models.Model):
    """One attempt. Of the name that was typed only a digest is kept: people type passwords into that field."""

    at = models.DateTimeField(db_index=True)
    name = models.CharField(max_length=64, help_text="Keyed digest of what was typed as the name.")
    address = models.CharField(max_length=50)
    device = models.CharField(max_length=32, blank=True, help_text="The browser, where this name has signed in there.")

    class Meta:
        indexes = [
            models.Index(fields=["name", "at"], name="sign_in_attempt_name"),
            models.Index(fields=["address", "at"], name="sign_in_attempt_address"),
        ]

    def __str__(self) -> str:
        return f"attempt from {self.address}"
