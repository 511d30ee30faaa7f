"""Accounts that paid too much, and one that paid too little."""

import pytest

from igny8_core.auth.models import Account
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from ..healing_parts import FLAG, cluster, draw, misprice


@pytest.fixture
def accounts(demo):
    return list(Account.objects.order_by("pk"))


@pytest.fixture
def live():
    with fixed_flags(flag_at(FLAG, Stage.LIVE)):
        yield


@pytest.fixture
def wrong(accounts, live):
    """The first account drew two images (8 too much each), the second clustered (17 too little), at wrong prices."""
    misprice()
    draw(accounts[0], "google:4@2", operation_id="a1")
    draw(accounts[0], "google:4@2", operation_id="a2")
    cluster(accounts[1], 34_000, operation_id="b1")
    return accounts
