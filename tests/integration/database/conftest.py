"""A replica that is behind."""

import pytest

from igny8_core.auth.models import User

from ..operator_api.clients import with_token
from ..operator_api.conftest import signature  # noqa: F401  A discrepancy and a proposal.
from .replica import ReadsFromReplica, catch_up, fall_behind, replica


@pytest.fixture(scope="module")
def known_replica(django_db_setup):
    with replica():
        yield


@pytest.fixture
def operator(demo):
    return User.objects.create_superuser("ada", password="x")


@pytest.fixture
def program(operator):
    """A program with the operator's token."""
    return with_token(operator)


@pytest.fixture
def fallen_behind(known_replica, settings):
    """Have the replica keep the tables as they are when this is called, and its router read there."""

    def begin(router=ReadsFromReplica):
        fall_behind()
        settings.DATABASE_ROUTERS = [f"{router.__module__}.{router.__name__}"]

    yield begin
    settings.DATABASE_ROUTERS = []
    catch_up()
