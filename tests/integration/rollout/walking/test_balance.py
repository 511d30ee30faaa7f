"""A rollout that is watched by the guard of balances, against a forecast that was signed."""

import pytest
from django.utils import timezone

from igny8_core.auth.models import Account
from migration_harness.deciding.buckets import bucket_of
from migration_harness.money.forecast.sign_off import sign_off
from migration_harness.rollout.guards.balance import Balance
from tests.integration.evidence_rows import compared
from tests.integration.forecasting import kept_now, used

from .parts import flag, share


@pytest.fixture
def accounts(walk, guards, frozen):
    """Two accounts that cluster at 1 credit a call, the one that a share takes in first before the other."""
    guards[:] = [Balance()]
    first, second = sorted(Account.objects.all()[:2], key=_bucket)
    for account in (first, second):
        used(account, tokens=900, times=100)
    frozen.tick()
    sign_off(forecast_id=kept_now().pk, actor="ada", reason="agreed with finance")
    return first, second


def _bucket(account):
    return bucket_of(str(account.pk), salt=flag().salt)


def charged(account, count, *, credits_=1):
    compared(count, account=str(account.pk), at=timezone.now(), control=9, candidate=credits_, stage="live")


class TestRollout:
    def test_goes_on_where_an_account_does_more_work(self, walk, accounts):
        first, second = accounts
        walk.start(shares_bps=(_bucket(second), 10_000))
        charged(first, 5_000)
        walk.prove()
        assert (walk.look().state, share()) == ("running", 10_000)

    def test_rolls_back_where_an_account_is_charged_more_for_its_work(self, walk, accounts):
        first, second = accounts
        walk.start(shares_bps=(_bucket(second), 10_000))
        charged(first, 50)
        walk.prove()
        assert walk.look().state == "running"
        charged(first, 300, credits_=6)
        ended = walk.look()
        assert (ended.state, flag().everyone) == ("rolled_back", False)
        assert f"worst is account {first.pk}: " in ended.sentence

    def test_does_not_count_what_was_priced_before_an_account_joined(self, walk, accounts):
        """In shadow the candidate's price is nobody's charge."""
        first, second = accounts
        walk.start(shares_bps=(_bucket(second), 10_000))
        charged(first, 50)
        charged(second, 300, credits_=6)
        walk.prove()
        assert (walk.look().state, share()) == ("running", 10_000)
        charged(second, 300, credits_=6)
        assert walk.look().state == "rolled_back"

    def test_waits_without_a_signature_that_holds(self, walk, guards):
        guards[:] = [Balance()]
        walk.start()
        walk.prove()
        held = walk.look()
        assert (held.state, held.held, held.position) == ("running", "no data", 0)
        assert "There is no signed forecast that holds." in held.sentence

    def test_does_not_wait_where_the_guard_is_dry(self, walk, guards):
        guards.append(Balance())
        walk.start(dry=("balance",))
        assert walk.step().position == 1
