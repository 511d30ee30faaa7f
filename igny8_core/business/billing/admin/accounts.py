"""The page of an account: its plan, its sites, its balance and its ledger."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from igny8_core.auth.admin import SiteInline
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.operators.pages import ReadOnlyInline, Undeletable


class TransactionInline(ReadOnlyInline):
    """The account's entries of the ledger."""

    model = CreditTransaction
    fields = ("created_at", "transaction_type", "amount", "balance_after", "description", "priced_by")
    readonly_fields = ("created_at",)
    verbose_name_plural = "entries of the ledger, newest first"


@admin.register(Account)
class AccountAdmin(Undeletable, ModelAdmin):
    """A tenant. Its balance moves through the ledger alone, so it is shown and not entered."""

    list_display = ("name", "plan", "credits", "created_at")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "plan", "credits", "opening_credits", "created_at")
    readonly_fields = ("credits", "opening_credits", "created_at")
    inlines = (SiteInline, TransactionInline)

    def get_inlines(self, request: HttpRequest, obj: Account | None) -> Any:  # noqa: ARG002  Django's signature.
        """Show no ledger of an account that is not there yet."""
        return self.inlines if obj else (SiteInline,)
