"""The guard that compares what accounts lose with what the signed forecast says of them."""

from datetime import timedelta

import pytest

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.buckets import bucket_of
from migration_harness.models import Flag, ForecastFigure, ForecastSignOff, KeptForecast
from migration_harness.money.forecast.sign_off import sign_off
from migration_harness.rollout.guards.balance import Balance
from migration_harness.rollout.guards.guard import Reading, TakenStep, Watched

from ..evidence_rows import NOW, compared
from ..forecasting import kept_now, used

FLAG, REQUIRED = "model-based-credits", "model-selection"
SINCE = NOW - timedelta(hours=2)
HOLDS, BROKEN, NO_DATA = Reading


def change(name=FLAG, **fields):
    return change_flag(name=name, change=FlagChange(**fields), actor="tester")


def asked(steps=()):
    return Balance().read(Watched(flag=FLAG, since=SINCE, now=NOW, steps=steps))


def charged(account, count=10, *, credits=3, **row):
    """Have the candidate price so many charges."""
    return compared(count, **{"account": str(account.pk), "control": 20, "candidate": credits, "stage": "live"} | row)


@pytest.fixture
def ann(demo):
    """An account that clusters at 3 credits a call, and buys dear images at 15."""
    found = Account.objects.order_by("pk")[0]
    used(found, tokens=3_000, times=200)
    used(found, "image_generation", "google:4@2", times=50)
    return found


@pytest.fixture
def bob(demo):
    """An account that clusters at 1 credit a call."""
    found = Account.objects.order_by("pk")[1]
    used(found, tokens=900, times=200)
    return found


@pytest.fixture
def eve(demo):
    """An account that the forecast does not know."""
    return Account.objects.order_by("pk")[2]


@pytest.fixture
def signed(ann, bob, eve):
    """The forecast is signed, and the candidate answers everybody."""
    kept = kept_now()
    sign_off(forecast_id=kept.pk, actor="ada", reason="agreed with finance")
    change(REQUIRED, everyone=True)
    change(share_bps=10_000)
    return kept


class TestBalance:
    def test_says_nothing_before_anybody_was_charged(self, signed):
        answer = asked()
        assert (answer.reading, answer.sentence) == (
            NO_DATA, f"No account that forecast {signed.pk} knows was charged since it joined the cohort.",
        )  # fmt: skip

    def test_holds_where_nobody_is_in_the_cohort(self, signed):
        """As in a first step that is too small for the accounts that there are: it would never be left."""
        change(share_bps=0)
        answer = asked()
        assert (answer.reading, answer.sentence) == (HOLDS, "Nobody is in the cohort: nobody is charged its prices.")

    def test_holds_where_charges_come_to_what_was_forecast(self, signed, ann, bob, read_from):
        charged(ann)
        charged(bob, credits=1)
        read_from()
        answer = asked()
        assert (answer.reading, answer.sentence) == (
            HOLDS, f"2 accounts: the charges of none come to much more than forecast {signed.pk} says of them.",
        )  # fmt: skip

    def test_is_broken_by_one_account_that_loses_faster(self, signed, ann, bob, read_from):
        charged(ann)
        charged(bob, 200, credits=5)
        read_from()
        answer = asked()
        assert answer.reading is BROKEN
        assert answer.sentence == (
            f"1 of 2 accounts loses credits faster than forecast {signed.pk} says; worst is account {bob.pk}: 1,000 "
            "credits for 200 charges of clustering on gpt-5.1, where it says 200, and chance explains "
            f"{answer.numbers['worst by chance']} more."
        )
        assert (answer.numbers["fast"], answer.numbers["worst account"]) == ("1", str(bob.pk))

    def test_names_the_worst(self, signed, ann, bob):
        charged(ann, 200, credits=30)
        charged(bob, 200, credits=5)
        answer = asked()
        assert f"2 of 2 accounts lose credits faster than forecast {signed.pk} says; worst is account {ann.pk}: " in (
            answer.sentence
        )

    def test_holds_where_a_customer_does_more_work(self, signed, bob):
        charged(bob, 50_000, credits=1)
        assert asked().reading is HOLDS

    def test_holds_where_a_customer_does_more_of_the_dear_work(self, signed, ann):
        """All together its charges are dearer than its calls were; each of them is as dear as ever."""
        charged(ann, 2_000, credits=15, seam="credits.image", operation="image_generation", model="google:4@2")
        charged(ann, 10)
        assert asked().reading is HOLDS

    def test_sees_dear_charges_beside_more_of_other_work(self, signed, ann):
        charged(ann, 500, credits=15, seam="credits.image", operation="image_generation", model="google:4@2")
        charged(ann, 500, credits=12)
        assert asked().reading is BROKEN

    @pytest.mark.parametrize(
        "row",
        [
            {"run": "august"},
            {"path": "replay"},
            {"model": "gpt-4o"},
            {"operation": "internal_linking"},
            {"epoch": 0},
            {"candidate": None},
        ],
        ids=["replay of a run", "replay", "another model", "another operation", "before it joined", "no price"],
    )
    def test_says_nothing_by(self, signed, bob, row):
        """Nothing that the forecast says something of was charged."""
        charged(bob, 500, **{"credits": 50} | row)
        assert asked().reading is NO_DATA

    def test_counts_accounts_that_the_forecast_does_not_know(self, signed, bob, eve):
        charged(eve, 500, credits=50)
        answer = asked()
        assert (answer.reading, "1 other was charged for what the forecast does not have" in answer.sentence) == (
            NO_DATA, True,
        )  # fmt: skip
        charged(bob, credits=1)
        assert (asked().reading, asked().numbers["without a forecast"]) == (HOLDS, "1")

    def test_takes_a_forecast_of_nothing_at_its_word(self, bob):
        kept = kept_now()
        ForecastFigure.objects.bulk_create(
            [
                ForecastFigure(
                    forecast=kept, account_id="99", operation="clustering", model="gpt-5.1", calls=20,
                    credits_before=0, credits_after=0, dearest_after=0,
                )
            ]
        )  # fmt: skip
        sign_off(forecast_id=kept.pk, actor="ada", reason="agreed")
        change(REQUIRED, everyone=True)
        change(share_bps=10_000)
        compared(1, account="99", candidate=99, control=1)
        assert asked().reading is HOLDS
        compared(1, account="99", candidate=1, control=1)
        assert "where it says 0" in asked().sentence

    def test_is_not_moved_by_credits_that_no_charge_took(self, signed, bob):
        """A refund, a top-up and what was healed are entries of the ledger, and no charges."""
        charged(bob, credits=1)
        before = asked()
        CreditService.add_credits(account=bob, amount=5_000, transaction_type="purchase", description="top-up")
        CreditService.add_credits(account=bob, amount=50, transaction_type="refund", description="refund")
        assert asked() == before

    def test_says_nothing_of_accounts_in_shadow(self, signed, bob):
        change(share_bps=0)
        charged(bob, 500, credits=50)
        assert (asked().reading, asked().numbers["accounts"]) == (HOLDS, "0")

    def test_says_nothing_of_who_was_excluded(self, signed, bob):
        change(account_id=str(bob.pk), membership="off")
        charged(bob, 500, credits=50)
        assert asked().reading is NO_DATA

    def test_says_nothing_where_a_required_flag_is_rolled_back(self, signed, bob):
        change(REQUIRED, everyone=False)
        charged(bob, 500, credits=50)
        assert (asked().reading, asked().numbers["accounts"]) == (HOLDS, "0")


class TestSteps:
    """Since when an account is in the cohort, by the step that took it in."""

    @pytest.fixture
    def steps(self, signed, bob):
        """Bob joins with the second of two steps."""
        flag = Flag.objects.get(name=FLAG)
        bucket = bucket_of(str(bob.pk), salt=flag.salt)
        began = SINCE - timedelta(days=2)
        return (
            TakenStep(share_bps=bucket, epoch=flag.epoch - 1, began_at=began),
            TakenStep(share_bps=10_000, epoch=flag.epoch, began_at=SINCE),
        )

    def test_count_from_the_one_that_took_an_account_in(self, steps, bob):
        charged(bob, 500, credits=50, epoch=steps[0].epoch)
        assert asked(steps).reading is NO_DATA
        charged(bob, 500, credits=50)
        assert asked(steps).reading is BROKEN

    def test_before_the_running_one_count_too(self, steps, ann, bob):
        """What an account of the first step has lost for days is not forgotten with the next."""
        first = (TakenStep(share_bps=10_000, epoch=steps[0].epoch, began_at=steps[0].began_at), steps[1])
        charged(bob, 500, credits=50, epoch=steps[0].epoch, at=SINCE - timedelta(days=1))
        assert asked(first).reading is BROKEN


class TestForecast:
    """What the guard needs of a forecast, and says without."""

    def test_has_to_be_signed(self, bob):
        kept_now()
        change(REQUIRED, everyone=True)
        change(share_bps=10_000)
        charged(bob, 500, credits=50)
        answer = asked()
        assert answer.reading is NO_DATA
        assert answer.sentence.startswith("There is no signed forecast that holds. Nobody has signed a forecast for ")
        assert answer.sentence.endswith("It does not decide until then.")

    def test_has_to_be_made(self, demo):
        assert "No forecast has been made. Make one: python manage.py harness forecast" in asked().sentence

    def test_says_nothing_any_more_after_a_change_of_prices(self, signed, bob):
        charged(bob, 500, credits=50)
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        answer = asked()
        assert (answer.reading, "void since: model gpt-5.1, tokens_per_credit 1000 → 700" in answer.sentence) == (
            NO_DATA, True,
        )  # fmt: skip

    def test_has_to_keep_figures(self, ann):
        kept = kept_now()
        KeptForecast.objects.bulk_create(
            [
                KeptForecast(
                    at=kept.at, actor="ada", flags=kept.flags, calls_of="", inputs=kept.inputs, summary=kept.summary
                )
            ]
        )
        old = KeptForecast.objects.latest("pk")
        ForecastSignOff.objects.create(forecast=old, at=NOW, actor="ada", reason="agreed")
        answer = asked()
        assert (answer.reading, answer.sentence) == (
            NO_DATA,
            f"The signed forecast {old.pk} keeps no figures by account. Make another, and sign it (python "
            "manage.py harness forecast --sign-off --reason WHY --yes --as USERNAME). It does not decide until then.",
        )

    def test_has_to_be_of_the_flag(self, signed):
        answer = Balance().read(Watched(flag="dynamic-model-choices", since=SINCE, now=NOW))
        assert (answer.reading, f"The signed forecast {signed.pk} is of " in answer.sentence) == (NO_DATA, True)
