"""A connection past Django's own and past a pooler, for what belongs to a session: LISTEN, or a session's lock."""

from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections


def connect_directly(*, name: str, **options: Any) -> "psycopg.Connection[tuple[Any, ...]]":
    """Return a new connection to the default database, in autocommit; the server shows it under ``name``.

    ``options`` are the driver's.

    ``HARNESS["LISTEN_URL"]`` says where, if a pooler stands in front of the database: in transaction mode it would
    give the session to others.
    """
    if url := settings.HARNESS.get("LISTEN_URL"):
        return psycopg.connect(url, autocommit=True, application_name=name, **options)
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    for own in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(own, None)
    return psycopg.connect(**{**parameters, "autocommit": True, "application_name": name, **options})
