"""The second factor of an operator, and the codes for the day on which it is lost."""

from django.conf import settings
from django.db import models

from igny8_core.encryption import EncryptedSecretField


class SecondFactor(models.Model):
    """An app that knows a secret and tells a code of it for each half minute.

    No constraint leads to the user: the revision before, which does not know this table, must be able to delete one.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor", db_constraint=False
    )
    secret = EncryptedSecretField(help_text="In base 32, as the app takes it.")
    confirmed_at = models.DateTimeField(null=True, help_text="Null: set up, and no code was entered yet.")
    last_step = models.BigIntegerField(default=0, help_text="Half minute of the last code: none goes twice.")

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """A code that goes once in place of the app's; of it only the hash is kept."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "hash"], name="recovery_code_unique")]

    def __str__(self) -> str:
        return f"recovery code of {self.factor_id}"
