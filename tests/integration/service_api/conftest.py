"""Two tenants and an operator, and nothing that an endpoint does not ask for."""

import pytest
from django.db import transaction
from django.test import override_settings

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.seed import seed
from migration_harness.control.flips import FlagChange, change_flag
from tests.people import trusted

from .clients import user_of, with_token
from .rows import one_of_each, tenant


def funded(name):
    account = tenant(name)
    account.sites.create(name=f"{name} blog")
    CreditService.add_credits(
        account=account,
        amount=10_000,
        transaction_type=CreditTransaction.TransactionType.PURCHASE,
        description="Bought by card",
    )
    return account


@pytest.fixture
def account(db):
    return funded("Amber Bakery")


@pytest.fixture
def neighbour_account(db):
    """Another tenant's account."""
    return funded("Blue Harbour")


@pytest.fixture
def customer(account):
    """A program with the token of a user of the account."""
    return with_token(user_of(account))


@pytest.fixture
def neighbour(neighbour_account):
    """A program with the token of a user of another account."""
    return with_token(user_of(neighbour_account, "neighbour"))


@pytest.fixture
def operator(db):
    """A program with the token of an operator, who belongs to no account."""
    return with_token(trusted("ada"))


@pytest.fixture(scope="module")
def tenants(django_db_setup, django_db_blocker, tmp_path_factory):
    """The rows of two accounts, made once: each test takes back what it changes."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), media, transaction.atomic():
        seed()
        own, others = one_of_each(tenant("Amber Bakery")), one_of_each(tenant("Blue Harbour"))
        # @legacy begin ai-models-endpoint
        on = FlagChange(account_id=str(own[Account].pk), membership="on")
        change_flag(name="ai-models-endpoint", change=on, actor="ada")
        # @legacy end
        yield own, others
        transaction.set_rollback(True)
