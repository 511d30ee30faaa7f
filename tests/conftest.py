"""The whole suite runs on the real servers: the embedded ones, where no URL names others."""

import contextlib

import pytest
from django.test.utils import setup_databases, teardown_databases

from igny8_core import embedded

_servers = contextlib.ExitStack()


def pytest_sessionstart():
    """Start what is down, before the first test database is created."""
    _servers.enter_context(embedded.hold())


def pytest_unconfigure():
    """Stop what was started here, if nobody else uses it."""
    _servers.close()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Create the test database for every test, whether it says so in a mark or in a fixture."""
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)
