"""Who is told, as the environment says it."""

import pytest

from igny8_core.settings.notices import notices_of_environment
from migration_harness.rollout.notices.receivers import receivers
from tests.receiver import SECRET

ENVIRONMENT = {
    "HARNESS_WEBHOOK_URL": "https://hooks.example.com/x",
    "HARNESS_WEBHOOK_SECRET": f"{SECRET}, whsec_{'A' * 40}",
    "HARNESS_NOTICE_EMAILS": "ada@example.com, bob@example.com",
    "HARNESS_CONFIRM_URL": "http://gate.internal/",
    "HARNESS_PLAIN_HOSTS": "gate.internal",
}


@pytest.fixture
def said(monkeypatch, settings):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.HARNESS = settings.HARNESS | {"NOTICES": notices_of_environment()}


class TestTheEnvironment:
    def test_says_who_is_told_and_asked(self, said):
        told = receivers()
        assert told.addresses == [("webhook", ""), ("email", "ada@example.com"), ("email", "bob@example.com")]
        assert (told.webhook.host, told.confirm.host, len(told.secrets)) == ("hooks.example.com", "gate.internal", 2)

    def test_says_nobody_where_it_says_nothing(self, monkeypatch, settings):
        for name in ENVIRONMENT:
            monkeypatch.delenv(name, raising=False)
        settings.HARNESS = settings.HARNESS | {"NOTICES": notices_of_environment()}
        assert (receivers().addresses, receivers().confirm) == ([], None)

    def test_is_dumped_without_a_secret(self, said, settings):
        dumped = repr(settings.HARNESS)
        assert "hooks.example.com" in dumped
        assert SECRET not in dumped
