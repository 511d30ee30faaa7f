"""A customer, with a browser and with a session."""

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import User

from .asking import NAME, PASSWORD, named


@pytest.fixture
def account(demo):
    """An account on a plan that allows choices."""
    return named("Blue Harbour")


@pytest.fixture
def site(account):
    return account.sites.get()


@pytest.fixture
def cora(account):
    return User.objects.create_user(NAME, password=PASSWORD, account=account)


@pytest.fixture
def browser(cora):
    """A browser without a session, which checks CSRF as a real one is checked."""
    return APIClient(enforce_csrf_checks=True)


@pytest.fixture
def signed_in(cora):
    client = APIClient()
    client.default_format = "json"
    client.force_login(cora)
    return client
