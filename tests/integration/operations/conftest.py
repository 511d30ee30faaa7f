"""The trial's host."""

import pytest

from ..content_parts import site_of
from .trial import Host


@pytest.fixture
def host(account, settings):
    """A host that records all of its operations."""
    return Host(settings, site_of(account))
