"""Who may use the API."""

from functools import cache

import pytest
from rest_framework.test import APIClient

from migration_harness.models import AuditEvent
from tests.people import trusted
from tests.selection import covering
from tests.tokens import bearer

from .clients import API, METHODS, OPERATORS, OUTSIDERS, ROUTES, error_of, send, url_of, with_session


@cache
def tried():
    """Return which outsider tries which method of which address: each each of both, and with ``SOAK=1`` all of all."""
    return covering(list(OUTSIDERS), list(ROUTES), METHODS, together=2)


def writes():
    """Every address that takes a write, with its method."""
    views = {route: pattern.callback.view_class for route, pattern in ROUTES.items()}
    return [
        (url_of(route), method)
        for route, view in views.items()
        for method in ("patch", "post")
        if hasattr(view, method)
    ]


class TestAccess:
    """Every method of every address that is routed, so that a new endpoint cannot be forgotten."""

    @pytest.mark.parametrize("outsider", OUTSIDERS)
    def test_is_refused_to_outsiders(self, signature, outsider):
        make, expected = OUTSIDERS[outsider]
        client, events = make(), AuditEvent.objects.exclude(action="refuse").count()
        for route, method in [(route, method) for who, route, method in tried() if who == outsider]:
            response = send(client, method, url_of(route, signature), {"everyone": True} if method == "patch" else None)
            assert (route, method, response.status_code) == (route, method, expected)
            if method != "head":
                assert error_of(response)["code"] in ("not_authenticated", "authentication_failed", "not_allowed")
        assert AuditEvent.objects.exclude(action="refuse").count() == events

    # A gate is answered by tokens of its own scope, which the tests of that endpoint have.
    @pytest.mark.covering
    @pytest.mark.parametrize("route", [route for route in ROUTES if route not in ("nowhere", "gate")])
    @pytest.mark.parametrize("role", OPERATORS)
    def test_is_granted_to_operators(self, signature, route, role):
        client, view = OPERATORS[role](), ROUTES[route].callback.view_class
        for method in ("get", "post", "put", "patch", "delete"):
            response = send(client, method, url_of(route, signature))
            # 409: a rollout of this flag is under way already, or a trial's seam makes no test. 415: a report of the
            # tests is no JSON. 404: there is no such cause, or recording.
            allowed = (200, 400, 404, 409, 415) if hasattr(view, method) else (405,)
            assert response.status_code in allowed, (method, response.content)
            if hasattr(view, method) and method == "get":
                assert response.status_code == 200 or route in ("cause", "recording", "test")

    def test_with_an_unknown_token_is_refused(self, demo):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION="Token nobody")
        response = client.get(f"{API}status/")
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")

    def test_with_a_session_needs_the_csrf_token_to_write(self, demo):
        client = with_session(trusted("ada"), enforce_csrf_checks=True)
        for url, method in writes():
            response = send(client, method, url, {"everyone": True} if method == "patch" else None)
            assert (response.status_code, "CSRF" in response.json()["message"]) == (403, True)
        client.get("/admin/login/?next=/")
        client.cookies["csrftoken"] = "a" * 32
        assert client.post(f"{API}rollback/", {}, format="json", HTTP_X_CSRFTOKEN="a" * 32).status_code == 200

    def test_with_a_token_needs_no_csrf_token(self, demo):
        user = trusted("ada")
        client = APIClient(enforce_csrf_checks=True, HTTP_AUTHORIZATION=bearer(user))
        assert client.post(f"{API}rollback/", {}, format="json").status_code == 200
