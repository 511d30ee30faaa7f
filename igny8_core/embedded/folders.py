"""Where the servers keep their data and their sockets."""

import hashlib
import os
import pwd
import secrets
from contextlib import suppress
from pathlib import Path

from igny8_core.embedded.account import earlier_account, server_account
from igny8_core.embedded.errors import ForeignFolder

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


def private_folder(path: Path, *, owner: int | None = None, earlier: pwd.struct_passwd | None = None) -> Path:
    """Create ``path`` 0700 when missing and return it; ``owner`` is a user id, ours by default.

    It may still be an ``earlier`` account's.

    Raises ForeignFolder for a link, for a folder of somebody else and for one that others can enter.
    """
    owner = os.geteuid() if owner is None else owner
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if owner != os.geteuid():
            os.chown(path, owner, -1)
    found = path.lstat()
    owners = {owner} if earlier is None else {owner, earlier.pw_uid}
    if path.is_symlink() or found.st_uid not in owners or found.st_mode & 0o077:
        raise ForeignFolder(
            f"{path} must be a folder of {_user_name(owner)} that nobody else can enter (0700). Remove it."
        )
    return path


def server_home(name: str) -> Path:
    """Return the private folder of a server: data, log and socket.

    It is ``name`` in :func:`run_dir`. For root that is a link to a folder outside, because the account that runs the
    servers cannot pass through a 0700 folder of root, and no permission of an existing folder is changed. One of an
    earlier version still belongs to that one's account: it is taken over before the server starts.
    """
    home = run_dir() / name
    account = server_account()
    if account is None:
        return private_folder(home)
    return private_folder(_linked_home(home), owner=account.pw_uid, earlier=earlier_account())


def earlier_home(name: str) -> Path:
    """Return where a folder is set aside that a server of root had in :func:`run_dir` itself."""
    return run_dir() / f"{name}.earlier"


def set_aside(name: str) -> None:
    """Make room for the link to a server's folder, where root's server had its data in the place of the link."""
    home = run_dir() / name
    if os.geteuid() == 0 and home.is_dir() and not home.is_symlink():
        with suppress(FileNotFoundError):  # Another process was faster.
            home.rename(earlier_home(name))


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
