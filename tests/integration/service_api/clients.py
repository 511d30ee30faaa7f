"""Programs that use the API of the service."""

from rest_framework.test import APIClient

from igny8_core.auth.models import User
from tests.tokens import bearer

API = "/api/v1/"


def with_token(user, **options):
    client = APIClient(**options)
    client.credentials(HTTP_AUTHORIZATION=bearer(user))
    return client


def with_session(user, **options):
    client = APIClient(**options)
    client.force_login(user)
    return client


def user_of(account, name="customer", **values):
    return User.objects.create_user(name, account=account, **values)


def error_of(response):
    found = response.json()
    assert (found["success"], found["data"]) == (False, None)
    assert found["request_id"] == response["X-Request-ID"]
    return found["error"]


def data_of(response):
    found = response.json()
    assert found["success"] is True, found
    return found["data"]
