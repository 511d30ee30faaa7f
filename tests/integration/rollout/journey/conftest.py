"""A demo with real gates, a provider over real HTTP, a clock that can be moved on, and somebody who walks."""

import pytest
from django.utils import timezone
from freezegun import freeze_time

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account
from tests.people import trusted
from tests.tokens import token_of

from .traffic import Customer
from .walk import HOUR_SECONDS, REVISION, Walk


@pytest.fixture
def provider(settings, tmp_path):
    with sandbox() as server:
        settings.IGNY8_SANDBOX_URL, settings.MEDIA_ROOT = server.url, tmp_path / "media"
        yield server


@pytest.fixture
def clock():
    begun = timezone.now().replace(minute=0, second=0, microsecond=0)
    # It stands, so that both sides take the same time on a busy machine too.
    with freeze_time(begun) as frozen:
        yield frozen


@pytest.fixture
def walk(demo, real_gates, provider, clock, harness, settings, tmp_path, monkeypatch):
    settings.IGNY8_RATES_SECONDS = 1.0
    settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": HOUR_SECONDS, "REVISION": REVISION, "RECORDED_BPS": 10_000}
    monkeypatch.setenv("HARNESS_TOKEN", token_of(trusted("olga")))
    return Walk(harness=harness, clock=clock, folder=tmp_path)


@pytest.fixture
def customer(walk):
    return Customer(Account.objects.select_related("plan").order_by("pk").first())
