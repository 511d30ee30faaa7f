"""Who may enter a key: wherever that is offered, whoever may change a provider in the admin."""

from typing import Any, Final

from migration_harness.api import Action, Actor, of_user, require

ENTER_KEY: Final = Action(
    name="enter a key", permission="billing.change_integrationprovider", words="enter keys of providers"
)


def may_enter_keys(user: Any) -> bool:
    """Tell whether a user may."""
    return of_user(user).may(ENTER_KEY)


def require_key_entry(actor: Actor, *, subject: str) -> None:
    """Raise NotAllowed, after that is on the trail, where somebody may enter no key; ``subject`` says of what."""
    require(actor, ENTER_KEY, subject=subject)
