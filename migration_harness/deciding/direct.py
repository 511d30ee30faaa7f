"""A connection past Django's own and past a pooler, for what belongs to a session: LISTEN, or a session's lock."""

from typing import Any, Final

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from migration_harness.conf import setting
from migration_harness.database import alias
from migration_harness.deciding.processes import named
from migration_harness.exceptions import HarnessMisconfigured

_OF_DJANGO: Final = ("cursor_factory", "context")
"""How Django wants rows; everything else is how to reach the server, and holds here too."""
_WHERE: Final = frozenset(("host", "hostaddr", "port", "service"))


def connect_directly(*, name: str, **options: Any) -> "psycopg.Connection[tuple[Any, ...]]":
    """Return a new connection to the database of the harness, in autocommit; the server shows it under ``name``.

    It has the role, the options and the time limits of Django's own connection, and never comes from its pool;
    nothing is prepared on it unless Django's prepares. ``options`` are the driver's.

    ``HARNESS["LISTEN_URL"]`` says where, if a pooler stands in front of the database: in transaction mode it would
    give the session to others. What it leaves open is as in Django's settings.
    """
    database = connections[alias()]
    parameters = _where(database.get_connection_params())
    name = named(name, parameters.get("application_name"))
    parameters = {**parameters, "autocommit": True, "application_name": name, **options}
    connection = psycopg.connect(**parameters)
    if role := database.settings_dict["OPTIONS"].get("assume_role"):
        try:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        except BaseException:
            connection.close()
            raise
    return connection


def _where(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return what is given to the driver: Django's, as ``LISTEN_URL`` changes it."""
    kept = {key: value for key, value in parameters.items() if key not in _OF_DJANGO}
    named_there = of_listen_url()
    if _WHERE & named_there.keys():
        kept = {key: value for key, value in kept.items() if key not in _WHERE}
    return {**kept, **named_there}


def of_listen_url() -> dict[str, Any]:
    """Return what ``HARNESS["LISTEN_URL"]`` says; raises HarnessMisconfigured where nobody can read it."""
    try:
        return conninfo_to_dict(setting("LISTEN_URL") or "")
    except psycopg.ProgrammingError:
        # Not with its cause: the driver's text may hold the password.
        raise HarnessMisconfigured(
            'HARNESS["LISTEN_URL"] is no URL of a PostgreSQL server: give it postgresql://USER:PASSWORD@HOST:PORT/NAME.'
        ) from None
