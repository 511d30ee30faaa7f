"""Links between contents in the admin, to look at."""

from django.contrib import admin

from igny8_core.business.linker.models import InternalLink
from igny8_core.operators.pages import ReadOnlyAdmin


@admin.register(InternalLink)
class InternalLinkAdmin(ReadOnlyAdmin):
    """Links that were put into contents."""

    list_display = ("anchor", "source", "target", "site", "account", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("source", "target", "site", "account")
    search_fields = ("anchor", "operation_id", "source__title", "target__title", "account__name")
    ordering = ("-id",)
