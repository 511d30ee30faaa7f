"""An operator who signs in."""

import pytest

from tests.people import trusted

from .browser import PASSWORD


@pytest.fixture
def ada(db):
    return trusted("ada", password=PASSWORD)
