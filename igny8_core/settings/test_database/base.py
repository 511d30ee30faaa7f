"""Django's PostgreSQL backend with two differences that only tests want."""

import os
import re
from typing import Any

import psycopg
from django.db import DatabaseError, transaction
from django.db.backends.postgresql import base, creation, operations


class DatabaseOperations(operations.DatabaseOperations):
    """Lets the emptying of tables between tests pass the triggers of append-only tables."""

    def execute_sql_flush(self, sql_list: list[str]) -> None:
        """Truncate in the one transaction that carries the permission."""
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SET LOCAL harness.test_flush = 'on'")
            super().execute_sql_flush(sql_list)


class DatabaseCreation(creation.DatabaseCreation):
    """Replaces a test database without asking, whoever is connected to it."""

    def create_test_db(self, verbosity: int = 1, autoclobber: bool = True, **options: Any) -> str:  # noqa: ARG002, FBT001, FBT002
        """Create the database; an answer from the keyboard is never needed."""
        return super().create_test_db(verbosity, autoclobber=True, **options)

    def _execute_create_test_db(self, cursor: Any, parameters: dict[str, str], keepdb: bool = False) -> None:  # noqa: FBT001, FBT002
        self._drop_abandoned(cursor)
        if not keepdb:
            cursor.execute(f"DROP DATABASE IF EXISTS {parameters['dbname']} WITH (FORCE)")
        super()._execute_create_test_db(cursor, parameters, keepdb)
        # Nothing of a test has to survive a crash of the machine.
        cursor.execute(f"ALTER DATABASE {parameters['dbname']} SET synchronous_commit = off")

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:  # noqa: ARG002
        self.connection.close_pool()
        with self._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {self._quote_name(test_database_name)} WITH (FORCE)")

    def _drop_abandoned(self, cursor: Any) -> None:
        """Drop the databases of killed test runs.

        Their names end in a process id, which says something only about a server on this machine; and
        without FORCE a database that is in use after all refuses.
        """
        if not self.connection.settings_dict["HOST"].startswith("/"):
            return
        cursor.execute("SELECT datname FROM pg_database")
        for (name,) in cursor.fetchall():
            found = re.fullmatch(r"test_igny8_(\d+)(_\w+)?", name)
            if found and not _runs(int(found[1])):
                try:
                    cursor.execute(f"DROP DATABASE IF EXISTS {self._quote_name(name)}")
                except (DatabaseError, psycopg.Error):
                    continue


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend's entry point."""

    creation_class = DatabaseCreation
    ops_class = DatabaseOperations


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
