"""Where the servers keep their data and their sockets, and which account they run as."""

import hashlib
import os
import pwd
import secrets
from contextlib import suppress
from pathlib import Path

from igny8_core.embedded.errors import EmbeddedError, ForeignFolder

_PROJECT = Path(__file__).resolve().parents[2]
# The kernel's limit is 107 bytes on Linux and 103 on macOS.
_LONGEST_SOCKET_PATH_BYTES = 103


def run_dir() -> Path:
    """Return the folder of everything that this checkout generates; create it 0700 when missing.

    ``IGNY8_RUN_DIR`` names it, else it is ``.run`` of the project. Two checkouts, or two folders, are
    two independent sets of servers. Raises ForeignFolder when it belongs to another user.
    """
    path = Path(os.environ.get("IGNY8_RUN_DIR") or _PROJECT / ".run").resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid != os.geteuid():
        raise ForeignFolder(
            f"{path} belongs to {_user_name(path.stat().st_uid)}. "
            "Work as that user, or set IGNY8_RUN_DIR to a folder of your own."
        )
    return path


def private_folder(path: Path, *, owner: int | None = None) -> Path:
    """Create ``path`` 0700 when missing and return it; ``owner`` is a user id, ours by default.

    Raises ForeignFolder for a link, for a folder of somebody else and for one that others can enter.
    """
    owner = os.geteuid() if owner is None else owner
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if owner != os.geteuid():
            os.chown(path, owner, -1)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
        raise ForeignFolder(
            f"{path} must be a folder of {_user_name(owner)} that nobody else can enter (0700). Remove it."
        )
    return path


def server_account() -> pwd.struct_passwd | None:
    """Return the account to run PostgreSQL as, or None for our own: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "PostgreSQL does not run as root and this system has no user 'nobody'. "
            "Work as an ordinary user, or give a server of your own in DATABASE_URL."
        ) from None


def postgres_home() -> Path:
    """Return the private folder of PostgreSQL: data, log and socket.

    It is ``postgres`` in :func:`run_dir`. For root that name is a link to a folder outside, because the
    account that runs PostgreSQL cannot pass through a 0700 folder of root, and no permission of an
    existing folder is changed.
    """
    home = run_dir() / "postgres"
    account = server_account()
    if account is None:
        return private_folder(home)
    return private_folder(_linked_home(home), owner=account.pw_uid)


def socket_path(folder: Path, name: str) -> Path:
    """Return where the socket ``name`` of the private ``folder`` goes: there, or a shorter place."""
    path = folder / name
    # A comma would separate two hosts in the eyes of PostgreSQL's client library.
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH_BYTES and "," not in str(path):
        return path
    # The name is fixed, so that every process finds it; private_folder refuses a stranger's.
    short = Path(f"/tmp/igny8-{os.geteuid()}-{_digest(folder)}")  # noqa: S108
    return private_folder(short) / name


def _linked_home(link: Path) -> Path:
    prefix = f"/var/lib/igny8-{_digest(link)}-"
    with suppress(FileExistsError):
        # Creating a link with its content is one atomic step: of two processes one wins.
        link.symlink_to(prefix + secrets.token_hex(4))
    if link.is_symlink() and str(link.readlink()).startswith(prefix):
        return link.readlink()
    raise ForeignFolder(
        f"{link} was copied or moved from elsewhere, or made by another user, so its data is not used. "
        "Put it back where it was, or remove it to start with an empty database."
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _user_name(uid: int) -> str:
    try:
        return f"user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"user id {uid}"
