"""An operator at the admin."""

import pytest

from igny8_core.auth.models import User


@pytest.fixture
def operator(demo, client):
    """A signed-in superuser's client."""
    client.force_login(User.objects.create_superuser("olga", password="planted-password"))
    return client
