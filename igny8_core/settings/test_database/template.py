"""The name of a database that the code of this checkout has migrated: another one where any of that code is another."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

PREFIX: Final = "template_igny8_"
ROOT: Final = Path(__file__).resolve().parents[3]
CODE: Final = ("igny8_core", "migration_harness", "dashboards", "rest_api", "tests/open_gates")
_LIBRARIES: Final = "requirements.lock"


def name_of_the_template(root: Path = ROOT) -> str:
    """Name it by all that a migration may use: the code, its SQL, and the versions of the libraries."""
    digest = sha256()
    for path in [root / _LIBRARIES, *_files_of(root)]:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)} {len(content)}\n".encode() + content)
    return f"{PREFIX}{digest.hexdigest()[:32]}"


def _files_of(root: Path) -> Iterable[Path]:
    folders = [root / each for each in CODE]
    return sorted(path for folder in folders for end in ("*.py", "*.sql") for path in folder.rglob(end))
