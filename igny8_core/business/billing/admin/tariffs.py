"""The legacy tariff of operations, and what holds without one."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from igny8_core.business.billing.models import BillingConfiguration, CreditCostConfig
from igny8_core.operators.pages import SingletonAdmin, Undeletable


# @legacy begin model-based-credits
@admin.register(CreditCostConfig)
class CreditCostConfigAdmin(Undeletable, ModelAdmin):
    """What an operation costs by the legacy tariff: legacy, until the last account is priced by model."""

    list_display = ("operation_type", "tokens_per_credit", "min_credits", "price_per_credit_usd", "is_active")
    ordering = ("operation_type",)


# @legacy end


@admin.register(BillingConfiguration)
class BillingConfigurationAdmin(SingletonAdmin):
    """Rates of operations without an active tariff."""

    fields = ("default_tokens_per_credit", "default_credit_price_usd")
