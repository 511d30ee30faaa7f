"""What is in the tables of the customers, to see that none of it has changed."""

from functools import cache

from django.apps import apps
from django.db import connection

from .rows import models_of_accounts

LABELS = ("igny8_auth", "billing", "planner", "writer", "linker", "optimizer")
"""The parts that customers work with."""


def stored():
    """Every row of the parts that customers work with, and how many there are of each other kind."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        return dict(cursor.fetchall())


@cache
def _statement():
    """Return one statement that asks all tables; to ask each model, twice in each test, takes longer than the test."""
    whole = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in LABELS}
    counted = {model._meta.db_table for model in models_of_accounts()} - whole
    return " UNION ALL ".join(
        [f"SELECT '{name}', array_agg(t::text ORDER BY t::text) FROM \"{name}\" t" for name in sorted(whole)]
        + [f"SELECT '{name}', ARRAY[count(*)::text] FROM \"{name}\"" for name in sorted(counted)]
    )
