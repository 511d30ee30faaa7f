"""Keys and signatures, Ed25519: a private key in a file of its owner's, a public one that anybody may have."""

import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from migration_harness.exceptions import KeyUnusable

_DIGITS: Final = 64


def make_key(path: Path) -> str:
    """Write a new private key into a file that is not there yet, for its owner alone; returns the public key.

    Raises FileExistsError, OSError.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return _public(key)


def sign(path: Path, content: bytes) -> tuple[str, str]:
    """Return the public key of a private one, and its signature of the content, both hexadecimal.

    Raises KeyUnusable, which quotes nothing of the file.
    """
    key = _private(path)
    return _public(key), key.sign(content).hex()


def is_signed(*, public: str, signature: str, content: bytes) -> bool:
    """Tell whether the holder of the private key has signed this content. Raises KeyUnusable."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), content)
    except InvalidSignature:
        return False
    except ValueError:
        raise KeyUnusable("A public key has 64 hexadecimal digits, and a signature 128.") from None
    return True


def public_named(text: str) -> str:
    """Return the public key that was given: itself, or in a file. Raises KeyUnusable."""
    found = text.strip()
    path = Path(found)
    if len(found) != _DIGITS and path.is_file():
        found = path.read_text(encoding="ascii", errors="replace").strip()
    if not is_public(found):
        raise KeyUnusable("A public key has 64 hexadecimal digits, or is the name of a file that has them.")
    return found


def is_public(text: str) -> bool:
    """Tell whether a text is written as a public key is."""
    return len(text) == _DIGITS and not set(text) - set("0123456789abcdef")


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyUnusable(f"{path} is open to others on this machine: chmod 600 {path}")
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise KeyUnusable(f"{path} has no private key that can be read without a password.") from None
    if not isinstance(found, Ed25519PrivateKey):
        raise KeyUnusable(f"{path} has a private key of another kind: make one with harness certificate key FILE.")
    return found


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()
