"""A database of its own for the time of a verify: made, migrated, dropped."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError

from migration_harness.database import connection
from migration_harness.exceptions import ScratchMissing


@contextmanager
def scratch_database() -> Iterator[None]:
    """Have this process work in a scratch database on the same server. Raises ScratchMissing.

    Nothing runs in the background meanwhile: no lease is taken, and what is written is written at once.
    """
    own = connection.settings_dict["NAME"]
    harness, tests = settings.HARNESS, dict(connection.settings_dict["TEST"])
    settings.HARNESS = {**harness, "BACKGROUND": False}
    connection.settings_dict["TEST"]["NAME"] = f"{own}_verify_{os.getpid()}"
    try:
        try:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        except (DatabaseError, SystemExit) as error:
            raise ScratchMissing(
                "A scratch database could not be made: the role of this installation has to be one that may create "
                f"databases and set session_replication_role ({type(error).__name__})."
            ) from error
        try:
            yield
        finally:
            connection.creation.destroy_test_db(own, verbosity=0)
    finally:
        settings.HARNESS = harness
        connection.settings_dict["TEST"].clear()
        connection.settings_dict["TEST"].update(tests)
