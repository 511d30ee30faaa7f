"""Operators, customers, and what there is to look at."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness import queries


@pytest.fixture
def operator(client, db):
    """A browser in which an operator is signed in."""
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


@pytest.fixture
def customer(client, account):
    client.force_login(User.objects.create_user("customer", password="x", account=account))
    return client


@pytest.fixture
def charge(demo):
    """Charge an operation as the application does; without arguments one that the legacy tariff prices higher."""
    counter = iter(range(1_000))

    def charge(account=None, *, operation="clustering", model="gpt-5.1", tokens=3_000):
        CreditService.deduct_credits_for_operation(
            account=account or Account.objects.order_by("pk").first(),
            operation_type=operation,
            model=model,
            usage=Usage(tokens_input=tokens - 100, tokens_output=100),
            operation_id=f"test:{next(counter)}",
        )

    return charge


@pytest.fixture
def wrong_price(demo):
    """Somebody changed the price of a model, against the signed price list."""
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)


@pytest.fixture
def mismatch(difference):
    """One discrepancy that nobody has looked at, of a seam of no plan."""
    return difference


# @legacy begin
@pytest.fixture
def mispriced(charge, wrong_price):
    """One discrepancy that nobody has looked at: 20 credits by the tariff, 5 charged, 3 signed."""
    charge()
    (found,) = queries.discrepancies()
    return found


# @legacy end
@pytest.fixture
def queries_of(operator):
    """Count the queries of a page; once before, so that nothing is counted that is remembered."""

    def count(url):
        operator.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert operator.get(url).status_code == 200
        return len(captured)

    return count
