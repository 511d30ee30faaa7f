"""The system user under which root runs the servers: theirs alone, so that no other process may touch them."""

import os
import pwd
import subprocess
import time
from contextlib import suppress
from typing import Final

from igny8_core.embedded.errors import EmbeddedError

NAME: Final = "igny8-servers"
EARLIER: Final = "nobody"
"""Under which earlier versions ran PostgreSQL; everybody's processes may be its."""

_MAKE: Final = (
    "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
    "--shell", "/usr/sbin/nologin", NAME,
)  # fmt: skip
_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.25


def server_account() -> pwd.struct_passwd | None:
    """Return the account to run the servers as, made where it is missing; None for our own. Raises EmbeddedError."""
    if os.geteuid() != 0:
        return None
    return _found() or _made()


def earlier_account() -> pwd.struct_passwd | None:
    """Return the account whose folders are taken over; None where this system has none."""
    with suppress(KeyError):
        return pwd.getpwnam(EARLIER)
    return None


def own_name() -> str:
    """Return the name by which the kernel's user id of this process is known. Raises EmbeddedError without one."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise EmbeddedError(
            f"User id {os.geteuid()} has no name, and PostgreSQL lets in by name. Add it to /etc/passwd, "
            "or give a server of your own in DATABASE_URL."
        ) from None


def _found() -> pwd.struct_passwd | None:
    with suppress(KeyError):
        return pwd.getpwnam(NAME)
    return None


def _made() -> pwd.struct_passwd:
    """Make it. Of two processes one does, while the other finds the list of users locked, and then the user."""
    reason = ""
    for _ in range(_TRIES):
        try:
            done = subprocess.run(_MAKE, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
            reason = " ".join(done.stderr.split())
        except OSError as error:
            reason = str(error)
        if account := _found():
            return account
        if "lock" not in reason:
            break
        time.sleep(_PAUSE_SECONDS)
    raise EmbeddedError(
        f"The embedded servers do not run as root, and their system user could not be made ({reason.rstrip('.')}). "
        f"Make it: `useradd --system {NAME}`; or work as an ordinary user, or give servers of your own in DATABASE_URL "
        "and REDIS_URL."
    )
