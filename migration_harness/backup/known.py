"""What Django says of a table: its model, its fields by their columns, and what a row gets that names none."""

from decimal import Decimal
from typing import Any

from django.apps import apps

from migration_harness.backup.parts import Part
from migration_harness.database import connection


def options_of(part: Part) -> Any:
    """Return what Django knows of the model of a part, None of a table that no model has."""
    known = (model._meta for model in apps.get_models(include_auto_created=True))  # noqa: SLF001  Its public name.
    return next((options for options in known if options.db_table == part.table), None)


def fields_of(options: Any, part: Part) -> dict[str, str]:
    """Return the names of a model's fields by the columns of a part."""
    concrete = options.concrete_fields if options is not None else ()
    return {str(field.column): str(field.name) for field in concrete if field.column in part.columns}


def fillers_of(options: Any) -> dict[str, str | None]:
    """Return by column, as text, what a row gets that came after the backup; a default that is computed is not kept."""
    concrete = options.concrete_fields if options is not None else ()
    return {str(field.column): _as_text(field) for field in concrete if field.has_default()}


def _as_text(field: Any) -> str | None:
    if callable(field.default):
        return None
    value = field.get_db_prep_save(field.default, connection)
    return str(value) if isinstance(value, str | int | float | Decimal) else None
