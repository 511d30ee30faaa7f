"""Making a certificate: gathered, signed, and written as JSON with a page beside it for people."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migration_harness.certificate.checking import Checked, check
from migration_harness.certificate.document import signed_part, with_signature
from migration_harness.certificate.gathering import gather
from migration_harness.certificate.page import page_of
from migration_harness.certificate.signing import make_key, sign
from migration_harness.conf import setting
from migration_harness.exceptions import HarnessMisconfigured, Unwritable


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A certificate that is signed: its bytes, the public key, what it says, and whether each check of it holds."""

    text: bytes
    key: str
    content: dict[str, Any]
    checked: tuple[Checked, ...]

    def page(self, *, name: str) -> bytes:
        """Return the page for people that lies beside a certificate of this name."""
        return page_of(self.content, key=self.key, name=name).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate that was written: its file, the page beside it, the public key, and what it says."""

    path: Path
    page: Path
    key: str
    content: dict[str, Any]
    checked: tuple[Checked, ...]


def signed(*, made_by: str, key: Path | None = None) -> Signed:
    """Gather what a certificate says, and sign it with this private key or the setting's.

    Raises AuditTampered where the trail is not whole, KeyUnusable, HarnessMisconfigured without a key.
    """
    used = key or key_path()
    # As it will be read: what is signed are bytes, and no objects of ours.
    content = json.loads(json.dumps(gather(made_by=made_by), default=str))
    public, signature = sign(used, signed_part(content))
    text = with_signature(content, key=public, value=signature)
    return Signed(text=text, key=public, content=content, checked=tuple(check(text, public=public)))


def make(*, path: Path, made_by: str, key: Path | None = None) -> Certificate:
    """Write a certificate to a file that is not there yet, and its page beside it; it is checked before.

    Raises AuditTampered where the trail is not whole, KeyUnusable, HarnessMisconfigured without a key, Unwritable.
    """
    page = path.with_name(f"{path.name}.html")
    for each in (path, page):
        if each.exists():
            raise Unwritable(f"{each} is there already, and nothing was written. Name another file.")
    made = signed(made_by=made_by, key=key)
    _write(path, made.text)
    _write(page, made.page(name=path.name))
    return Certificate(path=path, page=page, key=made.key, content=made.content, checked=made.checked)


def key_path() -> Path:
    """Return the file of the private key by the setting. Raises HarnessMisconfigured."""
    named = setting("CERTIFICATE_KEY")
    if not named:
        raise HarnessMisconfigured(
            'HARNESS["CERTIFICATE_KEY"] names no private key: make one with python manage.py harness certificate key '
            "FILE, and name it there or by --signing-key."
        )
    return Path(named)


def new_key(path: Path) -> str:
    """Make a private key in a new file; returns the public one. Raises Unwritable."""
    try:
        return make_key(path)
    except FileExistsError:
        raise Unwritable(f"{path} is there already, and no key is overwritten. Name another file.") from None
    except OSError as error:
        raise Unwritable(f"{path}: {error.strerror}. Name a file that can be written.") from None


def _write(path: Path, text: bytes) -> None:
    """Write a file that is there whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except OSError as error:
        raise Unwritable(f"{path}: {error.strerror}. Name a file that can be written.") from None
