"""One id, and one key of a client, stand for one thing, also where two come at the same time."""

import threading
from types import SimpleNamespace

import pytest
from django.db import connection, connections, transaction

from igny8_core.api.idempotency import operation_id_of
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService, TransactionType
from igny8_core.seed import DEMO_CREDITS

from .charging import balance, deduct, deduct_image

pytestmark = pytest.mark.django_db(transaction=True)


def charge(account, operation_id):
    return deduct(account, operation_id=operation_id)


def charge_with_a_result(account, operation_id):
    return deduct(
        account, operation_id=operation_id, save=lambda _: Account.objects.filter(pk=account.pk).update(name="x")
    )


def image(account, operation_id):
    return deduct_image(account, operation_id=operation_id)


def refund(account, operation_id):
    kind = TransactionType.REFUND
    return CreditService.add_credits(
        account=account, amount=5, transaction_type=kind, description="", operation_id=operation_id
    )


def take(account, operation_id):
    return CreditService.take_credits(account=account, amount=5, description="", operation_id=operation_id)


CHARGES = [charge, charge_with_a_result, image]
ENTRIES = [*CHARGES, refund, take]


def both_at_once(first, second):
    """Begin the second while the first is made and has not committed; return what the second came to.

    It is in a transaction of its caller's, where a charge has no limit of a second: the machine may be slow.
    """
    found = []

    def later():
        try:
            with transaction.atomic():
                found.append(second())
        except Exception as error:  # noqa: BLE001  It is what the test asks for.
            found.append(error)
        finally:
            connections.close_all()

    thread, watching = threading.Thread(target=later), connection.copy()
    with transaction.atomic():
        first()
        thread.start()
        with watching.cursor() as cursor:
            while thread.is_alive():
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
                    [connection.connection.info.backend_pid],
                )
                if cursor.fetchone()[0]:
                    break
    watching.close()
    thread.join(60)
    return found[0]


def charged(operation_ids):
    return CreditTransaction.objects.filter(operation_id__in=operation_ids).count()


class TestIdOfTwoAccountsAtOnce:
    @pytest.mark.parametrize("second", ENTRIES)
    @pytest.mark.parametrize("first", ENTRIES)
    def test_is_a_conflict(self, account, first, second):
        other = Account.objects.exclude(pk=account.pk).first()
        found = both_at_once(lambda: first(account, "one"), lambda: second(other, "one"))
        assert isinstance(found, OperationConflict), repr(found)
        assert (charged(["one"]), balance(other)) == (1, DEMO_CREDITS)


class TestIdOfOneAccountAtOnce:
    @pytest.mark.parametrize("kind", ENTRIES)
    def test_is_answered_with_the_first_result(self, account, kind):
        found = both_at_once(lambda: kind(account, "one"), lambda: kind(account, "one"))
        assert found.repeated
        assert charged(["one"]) == 1


class TestKeyOfTwoRequestsAtOnce:
    """Both are looked up before either is charged: nothing was there yet that could be seen."""

    def ids(self, account, key="k", actions=("cluster", "ideas")):
        request = SimpleNamespace(headers={})
        return [operation_id_of(request=request, account=account, key=key, action=a, ids=[1]) for a in actions]

    @pytest.mark.parametrize("second", CHARGES)
    @pytest.mark.parametrize("first", CHARGES)
    def test_charges_one_and_the_other_is_a_conflict(self, account, first, second):
        one, two = self.ids(account)
        found = both_at_once(lambda: first(account, one), lambda: second(account, two))
        assert isinstance(found, OperationConflict), repr(found)
        assert charged([one, two]) == charged([one]) == 1

    def test_that_is_the_same_request_is_charged_once(self, account):
        one, two = self.ids(account, actions=("cluster", "cluster"))
        assert both_at_once(lambda: charge(account, one), lambda: charge(account, two)).repeated

    def test_charges_all_images_of_a_request(self, account):
        one, two = self.ids(account)
        for prompt in (1, 2):
            assert not image(account, f"{one}:{prompt}").repeated
        with pytest.raises(OperationConflict):
            image(account, f"{two}:3")

    def test_is_another_key_for_another_account(self, account):
        other = Account.objects.exclude(pk=account.pk).first()
        (one, _), (_, two) = self.ids(account), self.ids(other)
        assert not charge(account, one).repeated
        assert not charge(other, two).repeated

    @pytest.mark.parametrize("way", ["too few credits", "rolled back"])
    def test_is_free_where_nothing_was_charged(self, account, way):
        one, two = self.ids(account)
        if way == "rolled back":
            with pytest.raises(KeyError), transaction.atomic():
                charge(account, one)
                raise KeyError
        else:
            taken = CreditService.take_credits(account=account, amount=DEMO_CREDITS - 1, description="")
            with pytest.raises(InsufficientCreditsError):
                charge(account, one)
            kind = TransactionType.PURCHASE
            CreditService.add_credits(account=account, amount=taken.credits, transaction_type=kind, description="")
        assert not charge(account, two).repeated
