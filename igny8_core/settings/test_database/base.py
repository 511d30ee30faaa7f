"""Django's PostgreSQL backend with what only tests want."""

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import psycopg
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.backends.postgresql import base, creation, operations

from igny8_core.embedded import run_dir

from .template import PREFIX, ROOT, name_of_the_template

_MEETING_TRUNCATE: Final = """
SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled FROM pg_trigger
WHERE NOT tgisinternal AND tgtype & 32 > 0 AND tgenabled <> 'D' ORDER BY 1, 2
"""
_AS_IT_WAS: Final = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


_REFERRING: Final = """
WITH RECURSIVE reached (oid) AS (
    SELECT oid FROM pg_class WHERE oid = ANY (%s::regclass[])
    UNION SELECT conrelid FROM pg_constraint JOIN reached ON confrelid = reached.oid WHERE contype = 'f'
)
SELECT oid::regclass::text FROM reached
"""
_MEETING_DELETE: Final = """
SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled FROM pg_trigger
WHERE NOT tgisinternal AND tgtype & 8 > 0 AND tgenabled IN ('A', 'R') AND (tgrelid = ANY (%(tables)s::regclass[])
  OR tgrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY (%(tables)s::regclass[])))
"""
"""Triggers that fire in a replica too, of these tables and their partitions."""
_FILLED_BY_MIGRATE: Final = {"django_content_type", "auth_permission"}


class DatabaseOperations(operations.DatabaseOperations):
    """Empties tables between tests that no setting lets anybody empty."""

    def sql_flush(self, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        """Delete the few rows that are there and return no statement: to truncate tables takes a new file for each.

        Where no statement is returned, Django fills nothing again: what it would fill stays. With sequences to reset,
        or without the right to switch triggers off, it is truncated, with CASCADE: tables without a model, such as
        waffle's own flags, refer to ours.
        """
        if options.get("reset_sequences") or not self._may_switch_triggers_off():
            return super().sql_flush(style, tables, **{**options, "allow_cascade": True})
        self._delete_rows(tables)
        return []

    def _may_switch_triggers_off(self) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
            return bool(cursor.fetchone()[0])

    def _delete_rows(self, tables: Sequence[str]) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(_REFERRING, [[self.quote_name(table) for table in tables]])
            reached = [table for (table,) in cursor.fetchall() if table not in _FILLED_BY_MIGRATE]
            cursor.execute(" UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT FROM {each})" for each in reached))
            filled = [table for (table,) in cursor.fetchall()]
            cursor.execute(_MEETING_DELETE, {"tables": filled})
            guards = cursor.fetchall()
            statements = [
                "SET LOCAL session_replication_role = replica",
                *(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}" for table, trigger, _ in guards),
                *(f"DELETE FROM {table}" for table in filled),
                *(f"ALTER TABLE {table} {_AS_IT_WAS[enabled]} TRIGGER {trigger}" for table, trigger, enabled in guards),
            ]
            cursor.execute(";".join(statements))

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        """Truncate in the one transaction in which the triggers are off: here the test runner owns the tables."""
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(_MEETING_TRUNCATE)
            guards = cursor.fetchall()
            for table, trigger, _ in guards:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            super().execute_sql_flush(sql_list)
            for table, trigger, enabled in guards:
                cursor.execute(f"ALTER TABLE {table} {_AS_IT_WAS[enabled]} TRIGGER {trigger}")


class DatabaseCreation(creation.DatabaseCreation):
    """Replaces a test database without asking, whoever is connected to it.

    Django's type stubs leave out the methods whose names start with an underscore.
    """

    def create_test_db(self, *args: Any, **options: Any) -> str:
        """Create the database; an answer from the keyboard is never needed.

        On the server of this checkout it is a copy of one that this very code has migrated before: to migrate takes
        seconds. One that is to be kept is made as Django makes it.
        """
        options["autoclobber"] = True
        if options.get("keepdb") or not self._is_of_this_checkout():
            return super().create_test_db(*args, **options)
        template = name_of_the_template()
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
            kept = {name for (name,) in cursor.fetchall()}
        if template in kept:
            return self._copy_of(template, serialize=options.get("serialize", True))
        name = super().create_test_db(*args, **options)
        self._keep(name, template, instead_of=kept)
        return name

    def _is_of_this_checkout(self) -> bool:
        """Whether the server is this checkout's own: on another one nothing is left behind.

        A copy of the tree may be tested on the server of the tree that it was made of.
        """
        return "DATABASE_URL" not in os.environ and run_dir().is_relative_to(ROOT)

    def _copy_of(self, template: str, *, serialize: bool) -> str:
        name: str = self._get_test_db_name()  # type: ignore[attr-defined]
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            suffix = f"TEMPLATE {self._quoted(template)}"
            self._execute_create_test_db(cursor, {"dbname": self._quoted(name), "suffix": suffix})
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = self.connection.settings_dict["NAME"] = name
        if serialize:
            # Django reads it there.
            self.connection._test_serialized_contents = self.serialize_db_to_string()  # noqa: SLF001
        self.connection.ensure_connection()
        return name

    def _keep(self, name: str, template: str, *, instead_of: set[str]) -> None:
        """Copy a database that was just migrated, for those who come after; older copies go."""
        self.connection.close()
        self.connection.close_pool()
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            for each in instead_of:
                with suppress(DatabaseError, psycopg.Error):
                    cursor.execute(f"DROP DATABASE IF EXISTS {self._quoted(each)}")
            # Where somebody has made it meanwhile, or is connected to what was migrated, there is nothing to keep.
            with suppress(DatabaseError, psycopg.Error):
                cursor.execute(f"CREATE DATABASE {self._quoted(template)} TEMPLATE {self._quoted(name)}")

    def _execute_create_test_db(
        self,
        cursor: Any,
        parameters: dict[str, str],
        keepdb: bool = False,  # noqa: FBT001, FBT002  Django passes it by position.
    ) -> None:
        self._drop_abandoned(cursor)
        if not keepdb:
            cursor.execute(f"DROP DATABASE IF EXISTS {parameters['dbname']} WITH (FORCE)")
        super()._execute_create_test_db(cursor, parameters, keepdb)  # type: ignore[misc]
        # Nothing of a test has to survive a crash of the machine.
        cursor.execute(f"ALTER DATABASE {parameters['dbname']} SET synchronous_commit = off")

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:  # noqa: ARG002
        self.connection.close_pool()
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"DROP DATABASE IF EXISTS {self._quoted(test_database_name)} WITH (FORCE)")

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
            if found and not psutil.pid_exists(int(found[1])):
                with suppress(DatabaseError, psycopg.Error):
                    cursor.execute(f"DROP DATABASE IF EXISTS {self._quoted(name)}")

    def _quoted(self, name: str) -> str:
        return self.connection.ops.quote_name(name)


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend's entry point."""

    creation_class = DatabaseCreation
    ops_class = DatabaseOperations
