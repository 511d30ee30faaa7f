"""Where the rows of a book can be looked at: the admin of its table, where there is one."""

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from migration_harness.money.books import books


class RowLinks:
    """Addresses of rows in the admin, for whoever looks: of a book that they may not see there are none."""

    def __init__(self, request: HttpRequest) -> None:
        found = books()
        models = {model._meta.db_table: model for model in apps.get_models()}  # noqa: SLF001  Django's documented name.
        named = {} if found is None else {book: models.get(table) for book, table in found.tables.items()}
        self._models = {book: model for book, model in named.items() if model is not None and _may_see(request, model)}

    def of(self, book: str, number: int) -> str:
        """Return the address of a row; empty where nobody can look at it there."""
        model = self._models.get(book)
        if model is None:
            return ""
        options = model._meta  # noqa: SLF001  Django's documented name.
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[number])


def _may_see(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site.is_registered(model) and admin.site.get_model_admin(model).has_view_permission(request)
