"""The codes of an app (TOTP, RFC 6238), and those for the day on which it is lost."""

import hashlib
import secrets
from base64 import b32encode
from datetime import datetime
from typing import Final

import pyotp
import segno
from django.utils.crypto import constant_time_compare

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_ISSUER: Final = "IGNY8"
_AROUND: Final = (0, -1, 1)
"""Steps that are looked at: a clock may be half a minute off."""
_RECOVERY_BYTES: Final = 10
"""80 random bits, which nobody guesses: their hash need not be a slow one."""


def new_secret() -> str:
    """Return a secret as apps take it: 160 random bits in base 32."""
    return pyotp.random_base32()


def step_of(code: str, *, secret: str, now: datetime) -> int | None:
    """Return the step, of half minutes since 1970, whose code this is; None where it is that of none around now."""
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    for step in (current + offset for offset in _AROUND):
        if constant_time_compare(app.generate_otp(step), code):
            return step
    return None


def picture_of(secret: str, *, username: str) -> str:
    """Return the QR code that an app reads, as SVG to stand in a page."""
    address = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=username, issuer_name=_ISSUER)
    code = segno.make(address, error="m")
    picture: str = code.svg_inline(scale=5, border=4, light="#fff", title="QR code for your app")
    return picture


def new_recovery_codes() -> list[str]:
    """Return codes that go once each."""
    return [_in_groups(b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()) for _ in range(RECOVERY_CODES)]


def recovery_hash_of(code: str) -> str:
    """Return the hash by which a recovery code is known, however it is spaced."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _in_groups(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
