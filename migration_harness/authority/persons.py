"""Who is one person, under whatever name they act, and who is signed in as themselves."""

from dataclasses import replace
from typing import Final
from unicodedata import normalize

from django.contrib.auth import get_user_model

from migration_harness.authority.actions import APPROVE
from migration_harness.authority.actors import Actor, Origin, of_machine, of_user
from migration_harness.authority.asking import require
from migration_harness.exceptions import AskerUnproven, SecondPersonNeeded
from migration_harness.models import Approval

_THEMSELVES: Final = frozenset({Origin.SIGNED_IN, Origin.TOKEN, Origin.PROVEN})
"""How somebody comes who has shown that it is them."""


def person_of(name: str) -> str:
    """Return who a name is: one person is ``ada`` on the console and ``Ada@host`` in a shell, on any host."""
    whole = normalize("NFKC", name).strip().casefold()
    return whole.partition("@")[0] or whole


def acting(who: Actor | str) -> Actor:
    """Return who acts; a name alone is one that code of the host gives, without an account."""
    return who if isinstance(who, Actor) else Actor(name=who, origin=Origin.SERVICE, granted=of_machine().granted)


def person_named(name: str) -> Actor:
    """Return who had this name when only names were kept: the user of that name, or one of a machine."""
    users = get_user_model()
    found = users._default_manager.filter(**{users.USERNAME_FIELD: name}).first()  # noqa: SLF001  Django's name for it.
    return acting(name) if found is None else replace(acting(name), user_id=str(found.pk))


def machine_of(actor: Actor) -> str:
    """Return who typed ``--as``, and at which machine; empty for whoever came another way."""
    return of_machine().name if actor.origin is Origin.NAMED else ""


def require_themselves(actor: Actor, *, subject: str) -> None:
    """Return where somebody has shown who they are, and has the permission to approve.

    Call it outside of the transaction of their answer: a refusal goes on the trail. Raises NotAllowed and
    SecondPersonNeeded.
    """
    if actor.origin is Origin.NAMED:
        raise SecondPersonNeeded(
            f"{actor.name} is only a name here: {subject} needs their own act, with their password at the prompt or a "
            "token of theirs in HARNESS_TOKEN, or on the console."
        )
    require(actor, APPROVE, subject=subject)


def require_known(actor: Actor, *, subject: str) -> None:
    """Return where it is known who asks; raises AskerUnproven where a name was only typed, or nobody's."""
    if actor.origin is Origin.GIVEN:
        raise AskerUnproven(
            f"{subject} needs two people, and whoever made this token for {actor.name} could be any of them: use one "
            "that you have made yourself, on the console or with your password at the prompt. Nothing was done."
        )
    if actor.origin in (Origin.MACHINE, Origin.NAMED):
        raise AskerUnproven(
            f"{subject} needs two people, and {actor.name} could be any of them: say who you are with --as USERNAME "
            "and your password, or a token of yours in HARNESS_TOKEN. Nothing was done."
        )


def require_second(actor: Actor, found: Approval) -> None:
    """Return where somebody, who is looked up anew, may answer what another person asked; else SecondPersonNeeded."""
    if actor.origin not in _THEMSELVES or not actor.user_id or not may_approve(actor.user_id):
        raise SecondPersonNeeded(f"{actor.name} is no active user who may approve: {found.name} needs one.")
    if is_asker(actor, found):
        raise SecondPersonNeeded(
            f"{found.name.capitalize()} was asked by {found.asker}, and another person has to answer: ask a colleague, "
            "who can do so on the console, by command or by the REST API."
        )


def may_approve(user_id: str) -> bool:
    """Tell whether this user is active and has the permission now."""
    user = get_user_model()._default_manager.filter(pk=user_id).first()  # noqa: SLF001  Django's name for it.
    return user is not None and of_user(user).may(APPROVE)


def is_asker(actor: Actor, found: Approval) -> bool:
    """Tell whether somebody has asked for it, under this name or another."""
    names = {person_of(name) for name in (found.asker, found.asker_machine) if name}
    return actor.user_id == found.asker_user != "" or person_of(actor.name) in names
