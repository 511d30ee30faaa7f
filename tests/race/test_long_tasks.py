"""A task that runs while flags flip: a forward flip does not reach it, a rollback does, and reprices its charge."""

import pytest

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.deciding.source import decide
from migration_harness.deciding.unit_of_work import ExecutionPath, unit_of_work
from tests.acceptance.conftest import committed_demo, selected  # noqa: F401  The demo, committed.

pytestmark = pytest.mark.usefixtures("selected")

FLAG = "model-based-credits"


class LongTask:
    """Decides and charges as often as the test says; its ten minutes are those in between."""

    def __init__(self):
        self.account = Account.objects.order_by("pk").first()
        self.charges = 0

    def decides_for_the_candidate(self):
        return decide(FLAG, self.account.pk).in_cohort

    def charge(self):
        self.charges += 1
        operation_id = f"long:{id(self)}:{self.charges}"
        usage = Usage(tokens_input=2_000, tokens_output=760)
        CreditService.deduct_credits_for_operation(
            account=self.account,
            operation_type="clustering",
            model="gpt-5.1",
            usage=usage,
            operation_id=operation_id,
        )
        row = CreditTransaction.objects.get(operation_id=operation_id)
        return row.priced_by, -row.amount


def everyone(value):
    rollback.change_flag(name=FLAG, change=FlagChange(everyone=value), actor="tester")


class TestLongTask:
    def test_is_not_reached_by_a_forward_flip(self):
        everyone(False)
        task = LongTask()
        with unit_of_work(execution_path=ExecutionPath.SCHEDULED):
            assert task.charge() == ("control", 19)
            everyone(True)
            assert not task.decides_for_the_candidate()
            assert task.charge() == ("control", 19)
        assert task.charge() == ("candidate", 3)

    def test_is_reached_by_a_rollback_at_its_next_decision_and_charge(self):
        everyone(True)
        task = LongTask()
        with unit_of_work(execution_path=ExecutionPath.SCHEDULED):
            assert task.decides_for_the_candidate()
            assert task.charge() == ("candidate", 3)
            rollback.roll_back(names=[FLAG], actor="tester")
            assert not task.decides_for_the_candidate()
            assert task.charge() == ("control", 19)
