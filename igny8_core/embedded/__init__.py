"""PostgreSQL and Valkey from wheels, for everyone who gave no ``DATABASE_URL`` or ``REDIS_URL``.

Whoever needs the servers enters :func:`hold`. The first one in starts them, the last one out stops
them; ``make run`` additionally *owns* them, which only one process of a checkout can. Who uses them is
known from locks on files in :func:`run_dir`, which the kernel takes back even from a killed process, so
there is no count, handle or pid file that could be left behind wrong.

Nothing here needs Django's settings: the settings ask this package for their URLs.
"""

from igny8_core.embedded.commands import held_for, needs_servers
from igny8_core.embedded.errors import AlreadyOwned, EmbeddedError, ForeignFolder, ServerFailed
from igny8_core.embedded.folders import run_dir
from igny8_core.embedded.holding import Status, database_url, hold, owner, redis_url, status, stop

__all__ = [
    "AlreadyOwned",
    "EmbeddedError",
    "ForeignFolder",
    "ServerFailed",
    "Status",
    "database_url",
    "held_for",
    "hold",
    "needs_servers",
    "owner",
    "redis_url",
    "run_dir",
    "status",
    "stop",
]
