"""Fixtures of the tests of deferred seams."""

import pytest

from migration_harness.deciding.registry import seams


@pytest.fixture(autouse=True)
def own(monkeypatch):
    """Keep the seams that a test makes out of the registry of the process; a worker finds them there."""
    monkeypatch.setattr(seams, "_by_name", {})
    monkeypatch.setattr(seams, "duplicates", set())
