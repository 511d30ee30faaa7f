"""The plan of the service, walked on the demo: each gate opens for its real reason, and keeps who comes too early."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.api import unit_of_work
from migration_harness.authority.actors import of_machine
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.evidence.findings import ENOUGH
from migration_harness.exceptions import GateClosed
from migration_harness.models import Flag
from migration_harness.money.forecast.sign_off import sign_off
from migration_harness.money.trial_balance import check_all
from migration_harness.plan import plan
from migration_harness.queries import evidence_for, phase_statuses
from migration_harness.rollout.advancing import advance
from migration_harness.rollout.checklists import checklist_of, tick
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import Way

from ..errors.parts import covered
from ..evidence_rows import compared
from ..forecasting import kept_now
from .conftest import green
from .test_gates import map_choices

ME = of_machine()
BOUND = 509
"""Comparisons without a failure that prove at most one in a hundred."""
pytestmark = [pytest.mark.usefixtures("demo", "real_gates", "revision_here")]


class Walk:
    """What people and traffic do in a phase."""

    def __init__(self, clock, accounts):
        self.clock, self.accounts, self.charges = clock, accounts, 0

    def charge(self, stratum):
        """Charge one call of a stratum as the service does."""
        self.charges += 1
        account = self.accounts[self.charges % len(self.accounts)]
        by = {"account": account, "model": stratum.model, "operation_id": f"walk:{self.charges}"}
        with unit_of_work(execution_path=stratum.execution_path):
            if stratum.operation == "image_generation":
                CreditService.deduct_credits_for_image(**by)
            else:
                CreditService.deduct_credits_for_operation(
                    operation_type=stratum.operation, usage=Usage(tokens_input=100, tokens_output=20), **by
                )

    def traffic(self, number):
        """Let enough come of every stratum and seam of a phase: charges where there are any, else rows of the log."""
        phase = plan().phase(number)
        money = {"credits.text", "credits.image"}
        for stratum in phase.strata if number == 4 else ():
            for _ in range(ENOUGH):
                self.charge(stratum)
        image = next((each for each in phase.strata if each.operation == "image_generation"), None)
        (evidence,) = evidence_for([phase])
        for seam in evidence.seams:
            missing = BOUND - seam.comparisons
            if seam.name in money:
                for _ in range(missing):
                    self.charge(image)
            elif number == 4:
                compared(missing, seam=seam.name, path="direct", at=timezone.now())
        for stratum in phase.strata if number == 3 else ():
            compared(
                ENOUGH, seam="keys.provider_key", path=stratum.execution_path.value, operation=stratum.operation,
                model=stratum.model, at=timezone.now(),
            )  # fmt: skip

    def everyone(self, number):
        for flag in plan().phase(number).flags:
            change_flag(name=flag.name, change=FlagChange(everyone=True), actor="ada", reason="walk")

    def quiet(self):
        """Let the days of a phase pass without an error."""
        begun = timezone.now()
        self.clock.tick(timedelta(seconds=10))
        covered(begun - timedelta(seconds=10), timezone.now())
        check_all()

    def by_hand(self, number):
        for item in checklist_of(plan().phase(number)):
            tick(phase=plan().phase(number), number=item.number, actor=ME)


@pytest.fixture
def walk(settings):
    settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": 1}
    with freeze_time(timezone.now(), tick=True) as clock:
        Account.objects.update(plan=Account.objects.first().plan)
        check_all()
        yield Walk(clock, list(Account.objects.select_related("plan").order_by("pk")[:6]))


def missing(number, way):
    return {each.name: each.answer.sentence for each in ask(plan().phase(number), way) if not each.is_open}


def refused(act, *names):
    with pytest.raises(GateClosed) as error:
        act()
    found = Counter(name for name in names if f"Gate {name} is" in str(error.value))
    assert set(found) == set(names), str(error.value)


class TestPlan:
    def test_is_walked_until_its_end_is_to_be_proven(self, walk):
        # 1 and 2 add code: the tests, after each.
        for number in (1, 2):
            refused(lambda number=number: advance(number=number, actor=ME), "tests")
            green(number)
            if number == 1:
                advance(number=1, actor=ME)

        # 3: keys. Its gates for entering are asked before phase 2 is left.
        assert set(missing(3, Way.ENTERING)) == {"comparisons", "bound", "latency"}
        refused(lambda: advance(number=2, actor=ME), "comparisons", "bound", "latency")
        refused(lambda: walk.everyone(3), "comparisons")
        walk.traffic(3)
        compared(BOUND, seam="keys.provider_key", path="direct", operation="runware", model="image", at=timezone.now())
        advance(number=2, actor=ME)
        walk.everyone(3)
        refused(lambda: advance(number=3, actor=ME), "tests", "quiet", "checklist")
        green(3)
        walk.by_hand(3)

        # 4: money.
        assert set(missing(4, Way.ENTERING)) >= {"comparisons", "bound", "choices", "forecast"}
        walk.traffic(4)
        map_choices()
        sign_off(forecast_id=kept_now().pk, actor="ada", reason="agreed")
        walk.quiet()
        assert missing(4, Way.ENTERING) == {}
        advance(number=3, actor=ME)
        walk.everyone(4)
        refused(lambda: advance(number=4, actor=ME), "tests", "quiet", "checklist")
        green(4)
        walk.by_hand(4)
        walk.quiet()

        # 5 and 6: the endpoint, and the page that reads it.
        refused(lambda: walk.everyone(6), "tests")
        advance(number=4, actor=ME)
        walk.everyone(5)
        green(5)
        walk.quiet()
        advance(number=5, actor=ME)
        walk.everyone(6)
        green(6)
        walk.by_hand(6)
        walk.quiet()

        # 7 is not entered before legacy code is proven dead, and its data saved.
        assert missing(6, Way.LEAVING) == {}
        walk.by_hand(7)
        refused(lambda: advance(number=6, actor=ME), "legacy_unused", "backup")
        assert [each.state for each in phase_statuses()] == ["complete"] * 5 + ["active", "pending"]
        assert {flag.everyone for flag in Flag.objects.all()} == {True}
