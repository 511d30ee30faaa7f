"""The trial's host."""

import pytest

from migration_harness.operations import triggers

from ..content_parts import site_of
from .trial import Host


@pytest.fixture
def host(account, settings):
    """A host that records all of its operations; afterwards the service's own tables are captured again."""
    declared = settings.HARNESS
    yield Host(settings, site_of(account))
    settings.HARNESS = declared
    triggers.install()
