"""The last revision before the AI layer: the service that runs on while a new one is rolled out."""

import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from .conftest import ROOT, database_url

REVISION = "c3891a5"


def git(*arguments: str) -> bytes:
    """Return what git says about this repository; fails with what it cannot do."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True)
    if done.returncode:
        raise AssertionError(
            f"git {' '.join(arguments)} failed: {done.stderr.decode().strip()} "
            f"This test needs the revision {REVISION}: clone the repository with its whole history."
        )
    return done.stdout


def unpack(folder: Path, revision: str = REVISION) -> Path:
    """Write the files of a revision into a folder."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", revision))) as files:
        # Python 3.11.4 knows filters, and 3.12 warns where none is named.
        files.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # noqa: S202  Our own files.
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionBefore:
    """Its files, and its commands on this run's database with this installation's secrets."""

    folder: Path

    def harness(self, *arguments: str) -> dict:
        """Run a verb and return what it answers as JSON."""
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "REDIS_PREFIX": settings.REDIS_PREFIX,
            "IGNY8_ENV": "local",
            "IGNY8_RUN_DIR": str(self.folder / ".run"),
            "DJANGO_SECRET_KEY": settings.SECRET_KEY,
            "IGNY8_FIELD_KEYS": ",".join(settings.IGNY8_FIELD_KEYS),
            "HARNESS_FINGERPRINT_KEY": settings.HARNESS["FINGERPRINT_KEY"],
        }
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [sys.executable, "manage.py", "harness", *arguments, "--json"],
            cwd=self.folder,
            env=environment,
            check=False,
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()[-4_000:]
        return json.loads(done.stdout)
