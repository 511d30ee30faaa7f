"""Seams of the tests' own."""

import pytest

from migration_harness.deciding.registry import seams
from migration_harness.seams import boundaries

from . import planted


@pytest.fixture
def alone(monkeypatch):
    """Have no other seam, and the mistakes in their places."""
    monkeypatch.setattr(seams, "_by_name", {})
    monkeypatch.setattr(boundaries, "_by_seam", {})
    monkeypatch.setattr(planted.state, "wrong", True)
