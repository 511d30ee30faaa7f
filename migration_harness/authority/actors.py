"""Who acts: a person who is signed in, a program with their token, a machine's user at a prompt, or the service.

Note [The database alone]: what a person may is what Django's own tables of users, groups and permissions say. Another
authentication backend may let somebody in, and gives no role: so a rollback waits for nothing but PostgreSQL.
"""

import getpass
import os
import socket
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import PermissionsMixin

from migration_harness.authority.actions import Action, Permission

_OF_A_MACHINE: Final[frozenset[str]] = frozenset({Permission.LOOK, Permission.OPERATE})
"""What whoever may run commands there can do: look, move and roll back, never approve."""


class Origin(StrEnum):
    """How somebody came."""

    SIGNED_IN = "signed in"
    """With a session of a browser."""
    TOKEN = "token"  # noqa: S105  A word.
    """A program, with a token of theirs."""
    NAMED = "named"
    """At a prompt, by ``--as``: whoever typed it says who they are, and nobody has asked for a password."""
    GIVEN = "given token"
    """With a token that somebody else has made for them at a prompt: it says who they are as ``--as`` does."""
    PROVEN = "proven"
    """At a prompt, with that person's own password or token."""
    MACHINE = "machine"
    """At a prompt, as the user of the operating system."""
    SERVICE = "service"
    """The code's own act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts.

    Attributes:
        name: Who it is on the audit trail.
        origin: How they came.
        granted: Django's names of what they may.
        is_superuser: They may all.
        user_id: Primary key of the user, as text; empty for a machine and for the service.
    """

    name: str
    origin: Origin
    granted: frozenset[str] = frozenset()
    is_superuser: bool = False
    user_id: str = ""

    def may(self, action: Action) -> bool:
        """Tell whether they have the permission of an action."""
        return self.is_superuser or action.permission in self.granted

    def narrowed_to(self, permissions: AbstractSet[str]) -> "Actor":
        """Return the same person with no more than these permissions, as a token gives them."""
        granted = frozenset(permissions) if self.is_superuser else self.granted & permissions
        return replace(self, granted=granted, is_superuser=False)

    def as_given(self) -> "Actor":
        """Return the same person by a token that somebody else has made: with no more than a machine's user may."""
        return replace(self.narrowed_to(_OF_A_MACHINE), origin=Origin.GIVEN)


HARNESS: Final = Actor(name="harness", origin=Origin.SERVICE, granted=_OF_A_MACHINE)
"""What is done without a person: the rollback of a flag whose candidate was found wrong."""


def of_user(user: Any, *, origin: Origin = Origin.SIGNED_IN, but: AbstractSet[str] = frozenset()) -> Actor:
    """Return a user of the service as somebody who acts; whoever is not active staff may nothing.

    ``but``: permissions that they have and do not bring along, a superuser neither.
    """
    acts = bool(getattr(user, "is_active", False) and getattr(user, "is_staff", False))
    is_superuser = acts and not but and bool(getattr(user, "is_superuser", False))
    return Actor(
        name=user.get_username(),
        origin=origin,
        granted=_granted(user) - but if acts and not is_superuser else frozenset(),
        is_superuser=is_superuser,
        user_id="" if user.pk is None else str(user.pk),
    )


def of_machine() -> Actor:
    """Return the user of the operating system as somebody who acts, by their name and that of the machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A container's user often has a number and no name.
        name = f"uid {os.getuid()}"
    return Actor(name=f"{name}@{socket.gethostname()}", origin=Origin.MACHINE, granted=_OF_A_MACHINE)


def _granted(user: Any) -> frozenset[str]:
    """Return what the database says, Note [The database alone]; users without permissions are superusers or nothing."""
    if not isinstance(user, PermissionsMixin):
        return frozenset()
    return frozenset(ModelBackend().get_all_permissions(user))  # type: ignore[arg-type]  # Any user with permissions.
