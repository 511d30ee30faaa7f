"""Programs that send a token."""

from django.utils import timezone

from migration_harness.models import ApiToken
from migration_harness.tokens.holding import make_token

EVERY_SCOPE = ("read", "operate", "approve")


def token_of(user, *, scopes=EVERY_SCOPE, **values):
    """Return a new token of a user, made by themselves, as a program sends it."""
    known = {"name": "tests", "actor": "tests", "by_owner": True} | values
    made = make_token(username=user.get_username(), scopes=scopes, **known)
    # As if it had been used before: a test that counts queries means those of any request.
    ApiToken.objects.filter(pk=made.token.pk).update(last_used_at=timezone.now())
    return made.text.secret


def bearer(user, **values):
    """Return the header that has a new token of a user."""
    return f"Bearer {token_of(user, **values)}"
