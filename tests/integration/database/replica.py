"""A host with a read replica: its router sends what is read there, and the replica is behind."""

import copy
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, connections

NAME = "replica"
_SCHEMA = "behind"


class ReadsFromReplica:
    """The router of the manual, for some apps."""

    apps: tuple[str, ...] = ("migration_harness",)

    def db_for_read(self, model, **hints):
        return NAME if model._meta.app_label in self.apps else None

    def db_for_write(self, model, **hints):
        return "default" if model._meta.app_label in self.apps else None

    def allow_relation(self, *_rows, **hints):
        return True


class ReadsLedgerFromReplica(ReadsFromReplica):
    """The same for all that the harness asks of its host."""

    apps = ("migration_harness", "billing", "igny8_auth")


@contextmanager
def replica():
    """Know the replica by its alias; nobody reads from it before there is a router."""
    known = connections.settings[NAME] = copy.deepcopy(connections.settings["default"])
    known["OPTIONS"] = {"options": f"-c search_path={_SCHEMA} -c default_transaction_read_only=on"}
    # Of Django's test case: what it empties is the one database.
    known["TEST"]["MIRROR"] = "default"
    try:
        yield
    finally:
        connections[NAME].close()
        del connections.settings[NAME], connections[NAME]


def fall_behind():
    """Keep the tables as they are now: the replica has this state from now on."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE; CREATE SCHEMA {_SCHEMA}")
        for table in tables:
            cursor.execute(f'CREATE TABLE {_SCHEMA}."{table}" AS TABLE public."{table}"')


def catch_up():
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")
