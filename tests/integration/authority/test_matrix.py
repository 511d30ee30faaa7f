"""Who may do what, at every address that there is: a new one without a row fails."""

import re

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client

from igny8_core import health
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig
from migration_harness import queries
from tests.people import APPROVER, OPERATOR, VIEWER, person

from ..console.test_access import proposed
from ..operator_api.clients import charge
from .addresses import ROLES, addresses, expected_of, methods_of, model_of, unused_rows

_WRITTEN = {
    "django_session", "migration_harness_auditevent", "migration_harness_audithead", "migration_harness_lease",
    "igny8_auth_user",
}  # fmt: skip
"""By a visit: the session, the refusal, the lease of the process, and when somebody signed in last."""
_CHANGE_NOTHING = ("anonymous", "staff", "viewer")


def client_of(role):
    client = Client(raise_request_exception=False)
    client.user = None
    match role:
        case "anonymous":
            return client
        case "customer":
            account = Account.objects.filter(plan__allows_overrides=True).first()
            user = User.objects.create_user("customer", account=account)
        case "staff":
            user = person("sam")
        case "superuser":
            user = User.objects.create_superuser("sue")
        case _:
            user = person("ann", {"viewer": VIEWER, "operator": OPERATOR, "approver": APPROVER}[role])
    client.force_login(user)
    client.user = user
    return client


def ask(client, method, url):
    """Send a request, signed in again where one before has signed out."""
    if client.user is not None and SESSION_KEY not in client.session:
        client.force_login(client.user)
    is_api = url.startswith("/api/")
    form = {"content_type": "application/json", "data": "{}"} if is_api else {}
    return client.generic(method, url, **form)


def told(response):
    """Return what an answer is, in the words of the table."""
    if response.status_code == 302 and response["Location"].startswith("/admin/login/"):
        return "login"
    if response.status_code == 302 and response["Location"] == "/admin/":
        return "404"
    if response.status_code in (401, 403, 405) or response.status_code >= 500:
        return str(response.status_code)
    return "404" if response.status_code == 404 else "ok"


def fits(answer, expected):
    if expected == "none":
        return answer in ("403", "404")
    if expected == "own":
        return answer in ("ok", "403", "404", "405")
    # What is not there is not there for whoever may ask for it, and a method may be none of the address.
    return answer == expected or (expected == "ok" and answer in ("404", "405"))


@pytest.fixture
def captured(demo, monkeypatch):
    """What the addresses name: a flag, a discrepancy that nobody has looked at, a proposed explanation."""
    monkeypatch.setattr(health, "worker_state", lambda: "ok")
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
    charge("clustering", index=0)
    (found,) = queries.discrepancies()
    known = {"name": "model-based-credits", "signature": found.signature, "number": proposed(found.signature)}
    return known | {"account_id": Account.objects.order_by("pk").first().pk}


def url_of(address, captured):
    """Return an address with something that there is in each place, where there is any."""
    model = model_of(address)
    row = None if model is None else model._default_manager.order_by("pk").first()
    known = {"object": 1 if row is None else row.pk} | captured
    return re.sub("<(\\w+)>", lambda name: str(known.get(name[1], 1)), address)


def everything_kept():
    """Return what is in every table but those that a visit and a refusal write to."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - _WRITTEN)
        each = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM \"{name}\" t"
            for name in tables
        )
        cursor.execute(each)
        return dict(cursor.fetchall())


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_each_role_as_the_table_says(role, captured):
    client, wrong = client_of(role), []
    before = everything_kept() if role in _CHANGE_NOTHING else None
    for address in addresses():
        url = url_of(address, captured)
        for method in methods_of(address):
            expected = (expected_of(address, method) or {}).get(role, "a row")
            answer = told(ask(client, method, url))
            if not fits(answer, expected):
                wrong.append(f"{method} {address}: {answer}, expected {expected}")
    assert not wrong, "\n".join(wrong)
    if before is not None:
        after = everything_kept()
        assert [name for name in before if after[name] != before[name]] == []


@pytest.mark.parametrize("role", ["anonymous", "staff", "viewer"])
def test_no_address_tells_more_where_it_is_only_asked_about(role, captured):
    client, wrong = client_of(role), []
    for address in addresses():
        url = url_of(address, captured)
        shown = told(ask(client, "GET", url))
        for method in ("HEAD", "OPTIONS"):
            response = ask(client, method, url)
            answer = told(response)
            if answer not in (shown, "405") and (response.content or int(response.status_code) >= 500):
                wrong.append(f"{method} {address}: {answer}, GET {shown}")
    assert not wrong, "\n".join(wrong)


def test_the_table_has_no_row_for_what_is_not_there():
    assert unused_rows() == []
