"""What ties a token to a password: where the user has another one, the token is over.

Note [Asked at use]: nothing listens for a change of the password. Whoever changes it, by a page, a command, a shell
or SQL, the seal of the row is another one from then on, and each request asks.
"""

from typing import Any

from django.utils.crypto import constant_time_compare


def seal_of(user: Any) -> str:
    """Return the seal of the password that a user has now: what Django ties the user's sessions to."""
    seal: str = user.get_session_auth_hash()
    return seal


def holds(seal: str, user: Any) -> bool:
    """Tell whether the user still has the password of a seal; an older secret key of the installation counts too."""
    known = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(seal, each) for each in known)
