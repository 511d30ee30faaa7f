"""Accounts, plans, sites and users in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from igny8_core.auth.models import Account, Plan, Site, User
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.operators.pages import ReadOnlyInline, Undeletable


class SiteInline(TabularInline):
    """The sites of an account."""

    model = Site
    extra = 0
    show_change_link = True


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


@admin.register(Plan)
class PlanAdmin(Undeletable, ModelAdmin):
    """What an account subscribes to."""

    list_display = ("name", "included_credits", "allows_overrides")
    ordering = ("included_credits",)
    search_fields = ("name",)


@admin.register(Site)
class SiteAdmin(ModelAdmin):
    """A web site of an account."""

    list_display = ("name", "account", "domain")
    list_select_related = ("account",)
    search_fields = ("name", "domain", "account__name")
    ordering = ("account__name", "name")
    autocomplete_fields = ("account",)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # Generic for the checker only.
    """Who signs in: customers of an account, and operators, who are staff of none."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "account", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    list_select_related = ("account",)
    search_fields = ("username", "email", "first_name", "last_name", "account__name")
    # The boxes side by side are wider than the page.
    filter_horizontal = ()
    autocomplete_fields = ("account", "groups")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("Account", {"fields": ("account",)}))
    add_fieldsets = (*DjangoUserAdmin.add_fieldsets, ("Account", {"fields": ("account",)}))
