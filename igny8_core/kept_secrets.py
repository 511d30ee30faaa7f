"""Secrets of one checkout, generated once and kept in its run folder (folder 0700, file 0600)."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

_BYTES = 32


def kept_secret(name: str, *, run_dir: Path, make: Callable[[], str] = lambda: secrets.token_hex(_BYTES)) -> str:
    """Return the secret ``name`` of ``run_dir/secrets``; every process of the checkout reads the same one."""
    folder = run_dir / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return _keep(path, make())


def _keep(path: Path, secret: str) -> str:
    """Write a fresh secret under a private name and link it into place: of two processes one wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secret}\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
