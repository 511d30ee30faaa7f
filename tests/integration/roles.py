"""Who may ask: every kind of user, to be tried with every request. A new kind is a line here."""

from igny8_core.auth.models import Account, User
from tests.people import APPROVER, OPERATOR, VIEWER, person
from tests.tokens import bearer

ROLES = {
    "anonymous": None,
    "customer": lambda: User.objects.create_user("dora", account=Account.objects.order_by("pk").first()),
    "staff": lambda: person("stan"),
    "viewer": lambda: person("vic", VIEWER),
    "operator": lambda: person("olga", OPERATOR),
    "approver": lambda: person("ann", APPROVER),
    "superuser": lambda: User.objects.create_superuser("sue"),
}


def headers_of(role):
    """Return the headers of a request of this role."""
    make = ROLES[role]
    return {} if make is None else {"Authorization": bearer(make())}
