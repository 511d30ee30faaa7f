"""Pages that show and change nothing, and the page of a table with one row."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline


class ReadOnly:
    """Refuses every change, whatever the user may do elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Nobody deletes here."""
        return False


class Undeletable:
    """Rows that others refer to by name, or that a ledger hangs on: they are deactivated, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Nobody deletes here."""
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """Rows of a table that may be long: nothing is counted that nobody asked for."""

    actions: Sequence[str] | None = None
    show_full_result_count = False
    list_per_page = 50


class ReadOnlyInline(ReadOnly, TabularInline):
    """What happened to a row, the newest first, a page at a time."""

    extra = 0
    per_page = 10
    hide_title = True
    can_delete = False
    show_change_link = False
    ordering: Sequence[str] = ("-id",)


class SingletonAdmin(Undeletable, ModelAdmin):
    """The one row of a table: its list is its page, and its page creates it where it is missing."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  Django's signature.
        """There is never a second row."""
        return False

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: Mapping[str, Any] | None = None,  # noqa: ARG002  Django's signature.
    ) -> HttpResponse:
        """Go to the row."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        self.model._default_manager.get_or_create(pk=1)  # noqa: SLF001  Django's documented name.
        meta = self.model._meta  # noqa: SLF001  Django's documented name.
        return HttpResponseRedirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[1]))


def actor_of(request: HttpRequest) -> str:
    """Return the name under which what a user does is kept."""
    return request.user.get_username()


def link_to_trail(words: str) -> str:
    """Return a link to the events of the audit trail whose actor, subject or reason has these words."""
    url = reverse("admin:migration_harness_auditevent_changelist")
    style = "text-primary-600 dark:text-primary-500 underline"
    return format_html('<a class="{}" href="{}?{}">In the audit trail</a>', style, url, urlencode({"q": words}))
