"""The harness reads and writes at one alias, and asks no router: Note [One alias] of ``migration_harness.database``."""

import ast

import pytest
from django.apps import apps

from migration_harness.models.bound import Bound, Rows

from .rooms import HARNESS, ROOT

ROUTED = {"connection", "transaction", "router", "DEFAULT_DB_ALIAS", "atomic", "on_commit"}
"""Names of ``django.db`` and its transactions that mean the default alias, or whatever a router says."""
OWN = "database"
OF_EVERY_ALIAS = {
    "checks.py",  # Asks the alias that it is given.
    "deciding/direct.py",
    "evidence/replay.py",  # Closes them all.
    "log/own_connection.py",
    "queries/remains.py",  # Where the host keeps what is dropped.
    "schema/planning.py",  # At the alias that is migrated.
    "log/recorder.py",  # At the alias of its charge.
    "seams/charge.py",
    "seams/purity/databases.py",  # Confines them all.
    "simulating/processes.py",  # Puts a simulated one there, in a thread of its own.
}
"""Who may take a connection by its alias, which is the harness's, or whichever there are."""
MODELS = list(apps.get_app_config("migration_harness").get_models())
SOURCES = [path for path in sorted(HARNESS.rglob("*.py")) if "migrations" not in path.parts]


def of_django(path):
    """Return what a module takes from ``django.db`` and its transactions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module in ("django.db", "django.db.transaction"):
            yield from (each.name for each in node.names)


def place(path):
    return path.relative_to(HARNESS).as_posix()


class TestModules:
    def test_take_connection_and_transaction_from_the_harness(self):
        taken = {place(path): ROUTED & set(of_django(path)) for path in SOURCES}
        found = {where: names for where, names in taken.items() if names and not where.startswith(f"{OWN}/")}
        assert found == {}, "Import them from migration_harness.database."

    def test_take_no_other_connection(self):
        found = {place(path) for path in SOURCES if "connections" in of_django(path)}
        assert {each for each in found if not each.startswith(f"{OWN}/")} == OF_EVERY_ALIAS

    def test_of_the_console_do_so_too(self):
        paths = sorted((ROOT / "dashboards").rglob("*.py"))
        assert {path.name: set(of_django(path)) - {"models"} for path in paths if set(of_django(path)) & ROUTED} == {}


class TestTables:
    @pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
    def test_are_bound_to_the_alias(self, model):
        managers = {type(each) for each in (model._default_manager, model._base_manager, *model._meta.managers)}
        assert (issubclass(model, Bound), managers) == (True, {Rows}), "Derive it from migration_harness.models.bound."
