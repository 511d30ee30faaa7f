"""Plans, sites and users in the admin; the page of an account shows its ledger, so it is billing's."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from igny8_core.auth.models import Plan, Site, User
from igny8_core.operators.pages import Undeletable


class SitesOfAccount(BaseInlineFormSet):  # type: ignore[type-arg]  # Generic for the checker only.
    """The sites on the page of an account, no more of them than its plan allows."""

    def clean(self) -> None:
        """Refuse new sites for which the plan has no room; those that are there stay."""
        super().clean()
        new = [form for form in self.extra_forms if form.has_changed() and form not in self.deleted_forms]
        plan, there = getattr(self.instance, "plan", None), len(self.initial_forms) - len(self.deleted_forms)
        if plan is not None and new and there + len(new) > plan.most_sites:
            raise ValidationError(f"The plan has room for {plan.most_sites:,} sites. Delete some, or change the plan.")


class SiteInline(TabularInline):
    """The sites of an account."""

    model = Site
    formset = SitesOfAccount
    extra = 0
    show_change_link = True


@admin.register(Plan)
class PlanAdmin(Undeletable, ModelAdmin):
    """What an account subscribes to."""

    list_display = ("name", "included_credits", "allows_overrides", "most_sites", "most_keywords")
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


ROLES = ("is_staff", "is_superuser", "groups", "user_permissions")
"""What makes of somebody who they are to the migration."""


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # Generic for the checker only.
    """Who signs in: customers of an account, and operators, who are staff of none.

    Superusers alone give roles: whoever else may change users changes customers. With a role of their choice, or the
    password of somebody who has one, they would be any two people.
    """

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

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show roles, and take them from superusers alone."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *ROLES)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Tell whether somebody may change this user, or give them another password."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Tell whether somebody may delete this user."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or user is None or not (user.is_staff or user.is_superuser)
