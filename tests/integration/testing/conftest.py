"""A seam of these tests, alone in the registry."""

import pytest

from migration_harness.api import Seam
from migration_harness.seams import declaring

FLAG = "try"


@pytest.fixture
def make_seam(monkeypatch):
    """Make the only seam of the process."""
    monkeypatch.setattr(declaring.seams, "_by_name", {})

    def make(candidate=lambda *, account, grams: grams, **declared):
        options = {
            "name": "trial.quote", "flag": FLAG, "control": lambda *, account, grams: grams * 2,
            "candidate": candidate, "subject": lambda *, account, grams: account,
        }  # fmt: skip
        return Seam(**{**options, **declared})

    return make
