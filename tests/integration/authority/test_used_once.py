"""Two who act at once by one approval: one of them does it."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from migration_harness.authority import approvals, taking
from migration_harness.authority.persons import acting
from migration_harness.authority.taking import two_people
from migration_harness.exceptions import ApprovalAwaited
from migration_harness.models import Approval

from ..approving import second_person
from .people import asked

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 60


def at_once(act, count=2):
    """Run an act in threads of their own, each with its connection; returns what came of each."""
    barrier, outcomes = Barrier(count), []

    def run():
        try:
            outcomes.append(act(barrier))
        except Exception as error:  # noqa: BLE001  It is looked at by the test.
            outcomes.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    return outcomes


@pytest.fixture
def approved():
    made = approvals.ask(asked(), by=acting("ada"))
    return approvals.approve(number=made.pk, by=second_person())


def kinds(outcomes):
    return sorted(type(each).__name__ for each in outcomes)


class TestAnApproval:
    def test_is_used_by_one_of_two_who_act_at_once(self, approved):
        def act(barrier):
            barrier.wait(WAIT_SECONDS)
            with two_people(by=acting("ada")), transaction.atomic():
                return taking.take(asked(), by=acting("ada"))

        outcomes = at_once(act)
        assert kinds(outcomes) == ["Approval", "ApprovalAwaited"]
        assert Approval.objects.filter(state="used").count() == 1
        assert [each.number for each in outcomes if isinstance(each, ApprovalAwaited)] != [approved.pk]

    def test_is_used_by_one_alone_where_neither_waits_for_the_other(self, approved, monkeypatch):
        def act(barrier):
            with transaction.atomic():
                found = Approval.objects.get(pk=approved.pk)
                barrier.wait(WAIT_SECONDS)
                approvals.write(found, state="used", used_by="ada", used_at=approved.asked_at)
                return found

        assert kinds(at_once(act)) == ["Approval", "IntegrityError"]
        assert Approval.objects.get().state == "used"

    def test_is_asked_once_by_two_who_ask_at_once(self):
        def act(barrier):
            barrier.wait(WAIT_SECONDS)
            return approvals.ask(asked(), by=acting("ada"))

        assert len({each.pk for each in at_once(act)}) == 1

    def test_is_given_once_by_two_who_answer_at_once(self):
        made = approvals.ask(asked(), by=acting("ada"))
        people = [second_person("grace"), second_person("henry")]

        def act(barrier):
            who = people.pop()
            barrier.wait(WAIT_SECONDS)
            return approvals.approve(number=made.pk, by=who)

        assert kinds(at_once(act)) == ["Approval", "ApprovalDecided"]
