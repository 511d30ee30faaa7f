"""What a loss budget allows, by the evidence, the charges and the ledger as they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from igny8_core.auth.models import Account
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.flags import load_snapshot
from migration_harness.money.healing import heal
from migration_harness.money.ledger import Scope, ledger
from migration_harness.money.survey import survey
from migration_harness.rollout.loss_budget import allowed_share_bps, spent

from ..evidence_rows import NOW, compared
from ..healing_parts import draw, misprice

pytestmark = pytest.mark.usefixtures("demo")

FLAG, REQUIRED = "model-based-credits", "model-selection"
WANTED = 10_000
DAY_CREDITS = 8_640_000
"""Of each account, 100 a second."""


@dataclass
class Rollout:
    flag: str = FLAG
    loss_credits: int | None = None
    loss_usd: Decimal | None = None
    started_at: datetime = NOW


def change(name=FLAG, **fields):
    return change_flag(name=name, change=FlagChange(**fields), actor="tester")


def allowed(**budget):
    return allowed_share_bps(Rollout(**budget), WANTED, NOW)


@pytest.fixture
def ids():
    """Three accounts, in the order in which a growing share takes them in."""
    salt = load_snapshot().flags[FLAG].salt
    return sorted("123", key=lambda each: bucket_of(each, salt=salt))


@pytest.fixture
def charged(ids):
    """Each of them was charged 8,640,000 credits today, and 600 comparisons found nothing wrong."""
    change(REQUIRED, everyone=True)
    for each in ids:
        compared(200, account=each, at=NOW, control=DAY_CREDITS // 200, candidate=1)
    return allowed(loss_credits=1_000_000).bound


def share_before(account_id):
    return bucket_of(account_id, salt=load_snapshot().flags[FLAG].salt)


class TestAllowed:
    def test_is_what_is_wanted_without_a_budget(self):
        answer = allowed()
        assert (answer.share_bps, answer.sentence) == (WANTED, "The rollout has no loss budget.")

    def test_is_nothing_where_nothing_was_compared(self):
        answer = allowed(loss_credits=1_000)
        assert answer.share_bps == 0
        assert "nobody knows how often a call is wrong" in answer.sentence

    @pytest.mark.parametrize("flag", [REQUIRED, "ai-models-endpoint", "nobody's"])
    def test_is_nothing_for_a_flag_that_moves_no_money(self, flag):
        answer = allowed(flag=flag, loss_credits=1_000)
        assert answer.share_bps == 0
        assert f"{flag} has no money seam" in answer.sentence

    def test_follows_from_bound_rate_and_time(self, charged, ids):
        answer = allowed(loss_credits=1_000_000)
        assert answer.share_bps == WANTED
        assert answer.credits_per_second == 300
        assert answer.notice_seconds == 2
        assert answer.expected_loss == charged * 300 * 2
        assert 0 < charged < Decimal("0.01")

    def test_leaves_out_the_accounts_that_would_cost_too_much(self, charged, ids):
        two = (charged * 200 * 2).to_integral_value(rounding="ROUND_CEILING")
        assert two < charged * 300 * 2
        answer = allowed(loss_credits=int(two))
        assert answer.share_bps == share_before(ids[2])
        assert answer.credits_per_second == 200

    def test_keeps_the_smaller_of_two_amounts(self, charged):
        usd = ledger().usd_per_credit()
        assert allowed(loss_credits=10, loss_usd=5 * usd).budget == 5
        assert allowed(loss_credits=3, loss_usd=5 * usd).budget == 3
        assert allowed(loss_usd=usd * Decimal("5.9")).budget == 5

    def test_counts_accounts_that_may_join_alone(self, charged, ids):
        change(account_id=ids[0], membership="off")
        assert allowed(loss_credits=1_000_000).credits_per_second == 200
        change(REQUIRED, everyone=False)
        answer = allowed(loss_credits=1_000_000)
        assert (answer.share_bps, answer.credits_per_second) == (0, 0)

    def test_counts_pilots_at_any_share(self, charged, ids):
        change(account_id=ids[2], membership="on")
        pilot = (charged * 100 * 2).to_integral_value(rounding="ROUND_CEILING")
        answer = allowed(loss_credits=int(pilot))
        assert answer.share_bps == share_before(ids[0])
        assert answer.credits_per_second == 100

    def test_is_less_where_less_is_compared(self, charged):
        whole = allowed(loss_credits=1_000_000)
        change(compared_bps=5_000)
        half = allowed(loss_credits=1_000_000)
        # Twice the calls, and one wrong call more that goes by.
        assert half.credits_per_second == 2 * whole.credits_per_second
        assert half.expected_loss == 2 * whole.expected_loss + DAY_CREDITS // 200

    def test_is_nothing_where_a_seam_that_is_used_has_no_evidence_any_more(self, charged):
        compared(10, seam="credits.image", revision="of before", at=NOW)
        assert allowed(loss_credits=1_000_000).share_bps == 0

    def test_is_nothing_where_there_is_no_ledger(self, charged, settings):
        settings.HARNESS = settings.HARNESS | {"LEDGER": ""}
        answer = allowed(loss_credits=1_000)
        assert answer.share_bps == 0
        assert 'HARNESS["LEDGER"] is not set' in answer.sentence


class TestSpent:
    def test_is_what_accounts_paid_too_much_healed_or_not(self):
        account, start = Account.objects.order_by("pk")[0], timezone.now() - timedelta(minutes=1)
        change(REQUIRED, everyone=True)
        change(everyone=True)
        draw(account, "google:4@2", operation_id="right")
        misprice({"google:4@2": {"credits_per_image": 23}})
        draw(account, "google:4@2", operation_id="wrong")
        now = timezone.now() + timedelta(seconds=1)
        assert spent(flag=FLAG, since=start, now=now) == 8
        heal(survey(Scope(since=start, until=now)), actor="tester")
        assert spent(flag=FLAG, since=start, now=now) == 8
        assert spent(flag=FLAG, since=now, now=now) == 0
