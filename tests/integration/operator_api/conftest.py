"""An operator's program, and what there is to read."""

from datetime import date

import pytest
from django.db import connection

from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.comparing.scope import Scope
from migration_harness.reviewing import approvals
from tests.people import trusted

from .clients import NUMBER, charge, rollout_under_way, with_token


@pytest.fixture
def operator(demo):
    """A program with the token of the operator ada."""
    return with_token(trusted("ada"))


@pytest.fixture
def signature(difference):
    """One discrepancy that nobody has seen, of a seam and a flag of no plan; a proposal, a rollout."""
    rollout_under_way()
    with connection.cursor() as cursor:
        for table in ("storedexplanation", "approval"):
            sequence = f"pg_get_serial_sequence('migration_harness_{table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, %s, false)", [NUMBER])
    approvals.propose(
        signature=difference.signature,
        scope=Scope(seam="trial.choice", fields=frozenset({("label", "value")}), group=None),
        reason="planned",
        owner="bob",
        expires=date(2030, 1, 1),
        covered={},
        actor="bob",
    )
    return difference.signature


# @legacy begin
@pytest.fixture
def mispriced(demo):
    """One discrepancy that nobody has seen: 20 credits by the tariff, 5 charged, 3 signed."""
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
    charge("clustering", index=0)
    (found,) = queries.discrepancies()
    return found.signature


# @legacy end
@pytest.fixture
def wrong_key(account):
    """The provider's new key is not the old one: a difference in a secret."""
    provider = IntegrationProvider.objects.get(pk="openai")
    provider.api_key = DEMO_KEYS["runware"]
    provider.save()
    provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
