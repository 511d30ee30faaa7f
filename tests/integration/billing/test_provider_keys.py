"""Keys: at rest, on both sides of the seam, and nowhere else."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from igny8_core.ai import provider_keys
from igny8_core.ai.exceptions import ProviderKeyMissing
from igny8_core.ai.legacy import provider_keys as legacy
from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.encryption import DecryptionFailed
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.seed import DEMO_KEYS
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.secret import Secret


def stored(provider="openai"):
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM billing_integrationprovider WHERE provider_id = %s", [provider])
        return cursor.fetchone()[0]


class TestEncryptedKey:
    def test_is_ciphertext_in_the_database_and_a_secret_in_python(self, demo):
        assert DEMO_KEYS["openai"] not in stored()
        assert IntegrationProvider.objects.get(pk="openai").api_key == Secret(DEMO_KEYS["openai"])

    def test_stays_readable_when_the_key_is_rotated(self, demo, settings):
        settings.IGNY8_FIELD_KEYS = [Fernet.generate_key().decode(), *settings.IGNY8_FIELD_KEYS]
        assert IntegrationProvider.objects.get(pk="openai").api_key == Secret(DEMO_KEYS["openai"])

    def test_raises_with_a_wrong_key_and_quotes_nothing(self, demo, settings):
        ciphertext = stored()
        settings.IGNY8_FIELD_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(DecryptionFailed, match="IntegrationProvider.api_key") as caught:
            IntegrationProvider.objects.get(pk="openai")
        assert ciphertext not in str(caught.value)

    @pytest.mark.parametrize("keys", [[], [""], ["not a key"]])
    def test_raises_without_a_usable_key(self, demo, settings, keys):
        settings.IGNY8_FIELD_KEYS = keys
        with pytest.raises(ImproperlyConfigured, match="IGNY8_FIELD_KEYS"):
            IntegrationProvider.objects.get(pk="openai")

    def test_that_is_empty_is_empty(self, demo):
        assert not IntegrationProvider.objects.get(pk="stripe").api_key
        assert stored("stripe") == ""


@pytest.mark.parametrize("side", [legacy.provider_key, provider_keys.provider_key], ids=["control", "candidate"])
class TestProviderKey:
    """The contract of both sides."""

    @pytest.mark.parametrize(
        ("provider", "purpose"),
        [("openai", Purpose.TEXT), ("openai", Purpose.IMAGE), ("runware", Purpose.IMAGE)],
    )
    def test_is_the_providers(self, side, account, provider, purpose):
        assert side(account=account, provider=provider, purpose=purpose).reveal() == DEMO_KEYS[provider]

    def test_of_an_unknown_provider_raises(self, side, account):
        with pytest.raises(ProviderKeyMissing, match="'nobody'"):
            side(account=account, provider="nobody", purpose=Purpose.TEXT)

    def test_that_is_empty_raises(self, side, account):
        GlobalIntegrationSettings.objects.update(openai_api_key="")
        IntegrationProvider.objects.filter(pk="openai").update(api_key="")
        with pytest.raises(ProviderKeyMissing, match="'openai'"):
            side(account=account, provider="openai", purpose=Purpose.TEXT)


class TestCandidate:
    def test_refuses_an_inactive_provider(self, account):
        IntegrationProvider.objects.filter(pk="openai").update(is_active=False)
        with pytest.raises(ProviderKeyMissing, match="inactive"):
            provider_keys.provider_key(account=account, provider="openai", purpose=Purpose.TEXT)


class TestControl:
    def test_uses_the_dalle_key_for_images_where_there_is_one(self, account):
        GlobalIntegrationSettings.objects.update(dalle_api_key="sk-dalle")
        key = legacy.provider_key(account=account, provider="openai", purpose=Purpose.IMAGE)
        assert key.reveal() == "sk-dalle"


class TestSeam:
    @pytest.mark.legacy
    def test_shows_an_altered_key_as_two_fingerprints(self, account):
        provider = IntegrationProvider.objects.get(pk="openai")
        provider.api_key = "sk-altered-0123456789"
        provider.save()
        answer = provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        difference = ComparisonSample.objects.get().payload["differences"][0]
        assert answer.reveal() == DEMO_KEYS["openai"]
        assert Comparison.objects.get().verdict == "mismatch"
        assert difference["control"] == Secret(DEMO_KEYS["openai"]).fingerprint
        assert difference["candidate"] == Secret("sk-altered-0123456789").fingerprint
