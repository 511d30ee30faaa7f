"""What an account chooses for itself, or for one of its sites."""

from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.model_limits import too_many_tokens
from igny8_core.ledger_rows import LedgerRows


class IntegrationSettings(models.Model):
    """Choices of an account (without a site) or of one site; empty means the next one up, at last the global value.

    Keys are never stored here. An account on a plan that does not allow overrides has its choices ignored.
    """

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="integration_settings")
    site = models.OneToOneField(
        Site, null=True, blank=True, on_delete=models.CASCADE, related_name="integration_settings"
    )
    text_model = models.CharField(max_length=100, blank=True, db_default="", default="")
    image_model = models.CharField(max_length=100, blank=True, db_default="", default="")
    image_service = models.CharField(
        max_length=50,
        blank=True,
        db_default="",
        default="",
        help_text="Legacy: whose image model is the default, openai or runware. The default row takes its place.",
    )
    temperature = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(2.0)])
    max_tokens = models.PositiveIntegerField(null=True, blank=True)
    image_quality = models.CharField(max_length=20, blank=True, db_default="", default="")
    image_style = models.CharField(max_length=20, blank=True, db_default="", default="")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "integration settings"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(site=None), name="one_integration_settings_row_per_account"
            ),
        ]

    def clean(self) -> None:
        """Refuse a site of another account, and answers longer than the model's; for forms and ``full_clean``."""
        if self.site and self.site.account_id != self.account_id:
            raise ValidationError({"site": f"{self.site} is a site of another account."})
        if told := too_many_tokens(model=self.text_model, max_tokens=self.max_tokens or 0):
            raise ValidationError({"max_tokens": told})

    def __str__(self) -> str:
        return f"{self.account}: {self.site}" if self.site_id else str(self.account)
