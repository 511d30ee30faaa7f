"""Programs that use the API: who they are, what they ask, what they are told."""

from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from dashboards.api import urls
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.models import Flag, Rollout, RolloutStep
from tests.people import trusted
from tests.tokens import bearer
from tests.trial_flag import FLAG

API = "/api/v1/migration/"
CREDITS = "model-based-credits"
NUMBER = 1
"""Of the stored explanation that there is beside the discrepancy."""
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
ROUTES = {pattern.name: pattern for pattern in urls.urlpatterns}
LISTS = (
    "flags",
    "discrepancies",
    "evidence",
    "fleet",
    "audit",
    "notes",
    "explanations",
    "approvals",
    "notices",
    "accounts",
)


def with_token(user, **values):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(user, **values))
    return client


def with_session(user, **options):
    client = APIClient(**options)
    client.force_login(user)
    return client


def customer():
    return User.objects.create_user("customer", account=Account.objects.first())


def token_that_outlived_its_user():
    user = User.objects.create_user("gone", is_staff=True)
    client = with_token(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return client


def session_that_outlived_its_user():
    user = trusted("gone")
    client = with_session(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return client


def session_of_a_former_operator():
    user = trusted("moved")
    client = with_session(user)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    return client


OUTSIDERS = {
    "anonymous": (APIClient, 401),
    "customer session": (lambda: with_session(customer()), 403),
    "customer token": (lambda: with_token(customer()), 403),
    "former operator": (session_of_a_former_operator, 403),
    "inactive staff session": (session_that_outlived_its_user, 401),
    "inactive staff token": (token_that_outlived_its_user, 401),
}
OPERATORS = {
    "operator session": lambda: with_session(trusted("eve")),
    "operator token": lambda: with_token(trusted("eve")),
}


def charge(operation, *, index, account=None):
    CreditService.deduct_credits_for_operation(
        account=account or Account.objects.order_by("pk").first(),
        operation_type=operation,
        model="gpt-5.1",
        usage=Usage(tokens_input=2_900, tokens_output=100),
        operation_id=f"test:{operation}:{index}",
    )


def rollout_under_way():
    """Put down a rollout of the trial's flag that has taken no step yet."""
    epoch = Flag.objects.get(name=FLAG).epoch
    made = Rollout.objects.create(flag=FLAG, epoch=epoch, started_by="bob", started_at=timezone.now())
    RolloutStep.objects.create(rollout=made, position=0, share_bps=100, soak_seconds=60, sample=5)


def url_of(route, signature="0123456789ab", flag=FLAG):
    if route == "nowhere":
        return f"{API}no/such/place"
    account = Account.objects.order_by("pk").first()
    known = {
        "account_id": account.pk if account else 1,
        "name": flag,
        "signature": signature,
        "number": NUMBER,
        "gate": "finance",
    }
    names = ROUTES[route].pattern.converters
    return reverse(f"migration-api:{route}", kwargs={name: known[name] for name in names})


def flag_url(name=CREDITS):
    return reverse("migration-api:flag", args=[name])


def send(client, method, url, body=None):
    """Send a request whose Accept header nothing here can meet: that must not come before who is asking."""
    return getattr(client, method)(url, {} if body is None else body, format="json", HTTP_ACCEPT="image/png")


def error_of(response):
    found = response.json()
    assert (found["success"], found["data"]) == (False, None)
    return found["error"]
