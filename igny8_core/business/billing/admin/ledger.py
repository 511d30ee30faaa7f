"""The ledger and the log of usage, to read: an entry is corrected by another one."""

from django.contrib import admin

from igny8_core.business.billing.admin.undone import OfPhaseOne
from igny8_core.business.billing.models import AIModelPriceChange, CreditTransaction, CreditUsageLog
from igny8_core.operators.pages import ReadOnlyAdmin


@admin.register(CreditTransaction)
class CreditTransactionAdmin(ReadOnlyAdmin):
    """The entries of all accounts, the newest first."""

    list_display = ("created_at", "account", "transaction_type", "amount", "balance_after", "priced_by", "description")
    list_filter = ("transaction_type", "priced_by")
    list_select_related = ("account",)
    search_fields = ("account__name", "=operation_id", "=reference_id")
    search_help_text = "An account's name, or a whole operation id or reference."
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("account", "transaction_type", "amount", "balance_after", "description", "created_at")}),
        ("Operation", {"fields": ("operation_id", "reference_id", "content_hash", "metadata")}),
        ("Price", {"fields": ("priced_by", "flag_epoch", "control_credits", "candidate_credits")}),
    )


@admin.register(CreditUsageLog)
class CreditUsageLogAdmin(ReadOnlyAdmin):
    """What each operation used, the newest first."""

    list_display = (
        "created_at", "account", "operation_type", "model_used", "credits_used", "tokens_input", "tokens_output",
        "cost_usd",
    )  # fmt: skip
    list_filter = ("operation_type",)
    list_select_related = ("account",)
    search_fields = ("account__name", "=model_used")
    search_help_text = "An account's name, or the whole name of a model."
    ordering = ("-id",)


@admin.register(AIModelPriceChange)
class AIModelPriceChangeAdmin(OfPhaseOne, ReadOnlyAdmin):
    """Who changed which price or default, and why."""

    list_display = ("at", "model", "field", "before", "after", "actor", "reason")
    list_filter = ("field", "model")
    list_select_related = ("model",)
    search_fields = ("actor", "reason", "model__model_name")
    ordering = ("-id",)
