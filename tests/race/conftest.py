"""Processes beside a test, born quickly."""

import pytest

from tests.acceptance.conftest import environment_of_a_process

from .nursery import Nursery


@pytest.fixture(scope="module")
def nursery(committed_demo, tmp_path_factory):
    """A process that forks those that a test needs, on the test's database."""
    made = Nursery(environment_of_a_process(), tmp_path_factory.mktemp("nursery") / "log")
    yield made
    made.end()
