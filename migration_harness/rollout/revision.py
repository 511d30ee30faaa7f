"""Which revision of the code runs here: what the host calls it, else what Git says of the tree."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from migration_harness.conf import setting

_SECONDS: Final = 10.0
_REMEDY: Final = 'Set HARNESS["REVISION"] to the revision that is deployed, or run this in a tree of Git.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A revision; ``name`` is empty where nobody can say it, and ``remedy`` then says what to do.

    ``dirty``: the tree has changes that the revision does not have.
    """

    name: str
    dirty: bool = False
    remedy: str = ""


def running_revision() -> Revision:
    """Return the revision that runs here."""
    if given := setting("REVISION"):
        return Revision(name=str(given))
    return revision_of_tree(Path(settings.BASE_DIR))


def name_of_running() -> str:
    """Return the name of the revision that runs here, with a mark where the tree has changes; empty for none."""
    found = running_revision()
    return f"{found.name} with changes" if found.dirty else found.name


def revision_of_tree(root: Path) -> Revision:
    """Return what Git says of the tree at ``root``."""
    try:
        head = _git(root, "rev-parse", "HEAD")
        changes = _git(root, "status", "--porcelain", "--untracked-files=normal")
    except (OSError, subprocess.SubprocessError):
        return Revision(name="", remedy=_REMEDY)
    return Revision(name=head.strip(), dirty=bool(changes.strip()))


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
        timeout=_SECONDS,
    )
    return done.stdout
