"""How somebody at a prompt proves who they are: by their own password, or by a token of theirs."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth import authenticate, get_user_model

from migration_harness.authority.actors import Actor, Origin, of_machine, of_user
from migration_harness.exceptions import UnknownPerson

token_owners: Final[list[Callable[[str], Actor | None]]] = []
"""Each returns whose token it is, narrowed to what the token may; None where it knows no such token."""


def person_named(username: str) -> Any:
    """Return the user of this name; raises UnknownPerson for nobody, and for whoever is not active any more."""
    users = get_user_model()
    found = users._default_manager.filter(**{users.USERNAME_FIELD: username}).first()  # noqa: SLF001  Django's documented name.
    if found is None or not getattr(found, "is_active", False):
        raise UnknownPerson(f"There is no active user {username!r}: --as takes the name with which somebody signs in.")
    return found


def at_prompt(username: str = "") -> Actor:
    """Return who runs a command: the user of the operating system, or whoever is named, which proves nothing.

    Raises UnknownPerson.
    """
    return of_user(person_named(username), origin=Origin.NAMED) if username else of_machine()


def by_password(user: Any, password: str) -> Actor | None:
    """Return a user as somebody who has proved it; None where the password is not theirs."""
    users = get_user_model()
    found = authenticate(None, **{users.USERNAME_FIELD: user.get_username(), "password": password})
    return of_user(found, origin=Origin.PROVEN) if found is not None and found.pk == user.pk else None


def by_token(token: str) -> Actor | None:
    """Return whose token it is; None for one that nobody knows."""
    found = (owner_of(token) for owner_of in token_owners)
    return next((owner for owner in found if owner is not None), None)
