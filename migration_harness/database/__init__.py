"""The one database alias of the harness: whatever the host's routers say, all of it is read and written there.

Note [One alias]: a router may send reads to a replica, which is behind. Whoever reads a flag there and writes it back
undoes a rollback; whoever asks there whether one is needed finds that it is not. So nothing here asks a router: SQL
goes through ``connection``, transactions through :mod:`~migration_harness.database.transaction`, and the tables through
:class:`migration_harness.models.bound.Bound`. A test refuses Django's own names for them everywhere else.
"""

from typing import Any, Final, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from migration_harness.conf import setting
from migration_harness.exceptions import HarnessMisconfigured

_LOST: Final = ("08", "57P")
"""SQLSTATEs of a connection that broke, and of a server that is stopping, starting or has ended it."""


def alias() -> str:
    """Return the alias, ``HARNESS["DATABASE"]``."""
    return str(setting("DATABASE") or DEFAULT_DB_ALIAS)


def alias_for(using: str | None) -> str:
    """Return the alias for a charge whose ledger is at the alias ``using``, None: where the harness is.

    Raises HarnessMisconfigured for another alias: what guards the charge would be in one transaction, its ledger in
    another.
    """
    kept = alias()
    if using is not None and using != kept:
        raise HarnessMisconfigured(
            f"A charge at the database {using!r} cannot commit together with its flags and its evidence, which are at "
            f'{kept!r}. Keep ledger and harness in one database, and name it in HARNESS["DATABASE"].'
        )
    return kept


def out_of_reach(error: OperationalError) -> str | None:
    """Return one sentence where the database could not be reached, or the connection was lost; else None."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if not isinstance(cause, psycopg.OperationalError) or not (state is None or state.startswith(_LOST)):
        return None
    reason = " ".join(str(cause).split()).rstrip(".")
    return (
        f"The database {alias()!r} does not answer: {reason}. "
        "Start it, or correct how DATABASES reaches it (DATABASE_URL, where the settings take it from there)."
    )


def in_transaction() -> bool:
    """Tell whether this thread is in a transaction at any alias; the one around a whole test is none."""
    return any(
        not getattr(block, "_from_testcase", False)
        for each in connections.all(initialized_only=True)
        for block in each.atomic_blocks
    )


class _Connection:
    """Stands for this thread's connection to the alias, as Django's ``connection`` does for the default one."""

    def __getattr__(self, name: str) -> Any:
        return getattr(connections[alias()], name)


connection: Final = cast("BaseDatabaseWrapper", _Connection())
