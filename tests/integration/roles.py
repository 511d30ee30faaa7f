"""Who may ask: every kind of user, to be tried with every request. A new kind is a line here."""

from rest_framework.authtoken.models import Token

from igny8_core.auth.models import Account, User

ROLES = {
    "anonymous": None,
    "customer": lambda: User.objects.create_user("dora", account=Account.objects.order_by("pk").first()),
    "staff": lambda: User.objects.create_user("stan", is_staff=True),
    "superuser": lambda: User.objects.create_superuser("sue"),
}


def headers_of(role):
    """Return the headers of a request of this role."""
    make = ROLES[role]
    return {} if make is None else {"Authorization": f"Token {Token.objects.create(user=make()).key}"}
