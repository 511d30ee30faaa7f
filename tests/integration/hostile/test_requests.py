"""Requests that nobody means well, to every address: refused or not found, and never a fault of the service."""

import re

import pytest
from django.test import Client

from igny8_core import health
from igny8_core.auth.models import User
from tests.integration.authority.addresses import addresses

ROLES = ("anonymous", "customer", "superuser")
QUERY = "page=%00&%00=1&q=%ED%A0%80&sort=%00&format=%00&next=%00&since=%00&until=9999999999999"


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
