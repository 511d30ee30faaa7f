"""A discrepancy that nobody has looked at."""

import pytest

from migration_harness import queries


@pytest.fixture
def found(trial):
    trial.call()
    (found,) = queries.discrepancies()
    return found
