"""Requests that nobody means well, to every address: refused or not found, and never a fault of the service."""

import re

import pytest
from django.test import Client

from igny8_core import health
from igny8_core.auth.models import User
from tests.integration.authority.addresses import addresses

ROLES = ("anonymous", "customer", "superuser")
QUERY = "page=%00&%00=1&q=%ED%A0%80&sort=%00&format=%00&next=%00&since=%00&until=9999999999999"
BODIES = {
    "deep": b"[" * 100_000,
    "nul": b'{"reason": "a\\u0000b", "name": "\\u0000"}',
    "half a pair": b'{"reason": "\\ud800", "name": "\\udc00"}',
}


def client_of(role):
    client = Client(raise_request_exception=False)
    match role:
        case "customer":
            client.force_login(User.objects.get(username="dora"))
        case "superuser":
            client.force_login(User.objects.create_superuser("sue"))
    return client


def asked():
    """Return every address, with a number, which fits every place, where it captures something."""
    return [re.sub(r"<\w+>", "1", address) for address in addresses() if "logout" not in address]


@pytest.fixture
def client(request, monkeypatch):
    monkeypatch.setattr(health, "worker_state", lambda: "ok")
    return client_of(request.param)


@pytest.mark.parametrize("client", ROLES, indirect=True)
class TestEveryAddress:
    def test_answers_a_question_that_holds_no_text(self, client):
        assert [url for url in asked() if client.get(f"{url}?{QUERY}").status_code >= 500] == []

    @pytest.mark.parametrize("body", BODIES)
    def test_answers_a_body_that_nobody_can_read(self, client, body):
        sent = {"data": BODIES[body], "content_type": "application/json"}
        # Deep ones go everywhere; what the others have stands in JSON, which the APIs alone read.
        urls = [url for url in asked() if body == "deep" or url.startswith("/api/")]
        assert [url for url in urls if client.post(url, **sent).status_code >= 500] == []
