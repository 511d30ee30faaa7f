"""An operator's program, and what there is to read."""

import pytest
from django.utils import timezone

from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.auth.models import User
from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.models import StoredExplanation

from .clients import NUMBER, charge, with_token


@pytest.fixture
def operator(demo):
    """A program with the token of the operator ada."""
    return with_token(User.objects.create_user("ada", is_staff=True))


@pytest.fixture
def signature(demo):
    """One discrepancy that nobody has looked at (20 credits by the tariff, 5 charged, 3 signed), and a proposal."""
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
    charge("clustering", index=0)
    (found,) = queries.discrepancies()
    StoredExplanation.objects.create(
        pk=NUMBER, signature=found.signature, seam="keys.provider_key", paths=["result"], kinds=["value"], group=None,
        reason="planned", owner="bob", expires="2030-01-01", covered={}, proposed_by="bob", proposed_at=timezone.now(),
    )  # fmt: skip
    return found.signature


@pytest.fixture
def wrong_key(account):
    """The provider's new key is not the old one: a difference in a secret."""
    provider = IntegrationProvider.objects.get(pk="openai")
    provider.api_key = DEMO_KEYS["runware"]
    provider.save()
    provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
