"""An operator who signs in."""

import pytest

from igny8_core.auth.models import User

from .browser import PASSWORD


@pytest.fixture
def ada(db):
    return User.objects.create_user("ada", password=PASSWORD, is_staff=True)
