"""A database of this run alone, on the server that the service would use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

from igny8_core import embedded


@contextmanager
def scratch_database() -> Iterator[dict[str, str]]:
    """Give the environment of a process that works on a fresh, empty database; dropped by force afterwards."""
    with embedded.hold():
        server = urlsplit(os.environ.get("DATABASE_URL") or embedded.database_url())
        name = f"bench_igny8_{os.getpid()}"
        with psycopg.connect(server._replace(path="/postgres").geturl(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                yield {
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
                    "DATABASE_URL": server._replace(path=f"/{name}").geturl(),
                    "IGNY8_ENV": "local",
                    "REDIS_URL": os.environ.get("REDIS_URL") or embedded.redis_url(),
                }
            finally:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
