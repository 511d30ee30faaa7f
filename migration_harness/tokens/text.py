"""The text of a token: made at random, shown once, kept as a hash.

Note [A fast hash]: a password is guessed from a dictionary, so its hash is slow. A token is 256 random bits, which
nobody guesses however fast the hash is; and it is hashed at every request, so a slow one would be an attack on us.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

_FORM: Final = re.compile(r"(mh_[0-9a-f]{8})_[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenText:
    """A token as its holder has it. It prints as its prefix."""

    prefix: str
    secret: str = field(repr=False)

    @property
    def hash(self) -> str:
        """The hash by which it is known. See Note [A fast hash]."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def new_text() -> TokenText:
    """Return a token that nobody has: ``mh_``, by which scanners of secrets find it, a public number, 256 bits."""
    prefix = f"mh_{secrets.token_hex(4)}"
    return TokenText(prefix=prefix, secret=f"{prefix}_{secrets.token_hex(32)}")


def read_text(sent: str) -> TokenText | None:
    """Return the token that a program has sent; None where it can be none of ours."""
    found = _FORM.fullmatch(sent)
    return TokenText(prefix=found[1], secret=sent) if found else None
