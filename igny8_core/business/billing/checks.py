"""What ``migrate`` is told before it runs: that a database is of before the schema migrations were laid anew."""

from collections.abc import Sequence
from typing import Any, Final

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

ADDED: Final = "0012_models_and_fields"
FORMER: Final = frozenset({"0004_price_changes", "0010_takes_temperature"})
"""Whose place it takes: whoever has run all of them has run it."""
LAST_FORMER: Final = "0011_sign_fits"
LAST_REVISION: Final = "87c45b2"
"""The last revision with the former schema migrations: it brings an older database to where this one can go on."""
_TABLE: Final = "billing_integrationprovider"


@register(Tags.database)
def former_schema(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a database that has run some of the former schema migrations and not all of them."""
    return [error for alias in databases or () for error in _of(alias)]


def _of(alias: str) -> list[CheckMessage]:
    connection = connections[alias]
    with connection.cursor() as cursor:
        if _TABLE not in connection.introspection.table_names(cursor):
            return []
    rows = MigrationRecorder(connection).migration_qs.filter(app="billing").values_list("name", flat=True)
    applied = frozenset(rows)
    if ADDED in applied or FORMER | {LAST_FORMER} <= applied:
        return []
    return [
        Error(
            f"The database {alias!r} was migrated by a revision from before the schema migrations of billing were laid "
            f"anew, and not by the last one of those. Nothing was changed.",
            hint=f"With the code of revision {LAST_REVISION}: python manage.py migrate. Then the same with this code.",
            id="billing.E001",
        )
    ]
