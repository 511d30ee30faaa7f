"""waffle's own helper for tests, with a flag of ours."""

import pytest
from waffle.testutils import override_flag

from migration_harness.api import Stage
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.source import decide
from migration_harness.models import AuditEvent, Flag
from tests.trial_flag import FLAG, create_trial_flag

pytestmark = pytest.mark.django_db


def stages():
    return [decide(FLAG, each).stage for each in ("7", "8")]


@pytest.fixture
def flag():
    create_trial_flag()


class TestOverride:
    def test_is_for_everybody_and_goes_again(self, flag):
        seen = [stages()]
        with override_flag(FLAG, active=True):
            seen.append(stages())
            with override_flag(FLAG, active=False):
                seen.append(stages())
            seen.append(stages())
        seen.append(stages())
        on, off = [Stage.LIVE] * 2, [Stage.SHADOW] * 2
        assert seen == [off, on, off, on, off]

    def test_has_the_stage_of_the_cohort(self, flag):
        change_flag(name=FLAG, change=FlagChange(stage=Stage.RAMPDOWN), actor="tests")
        with override_flag(FLAG, active=True):
            assert stages() == [Stage.RAMPDOWN] * 2

    def test_reaches_whom_a_list_leaves_out(self, flag):
        change_flag(name=FLAG, change=FlagChange(account_id="7", membership="off"), actor="tests")
        with override_flag(FLAG, active=True):
            assert stages() == [Stage.LIVE] * 2

    def test_writes_nothing(self, flag):
        before = AuditEvent.objects.count(), Flag.objects.values_list("everyone", "epoch").get(name=FLAG)
        with override_flag(FLAG, active=True):
            pass
        assert before == (AuditEvent.objects.count(), Flag.objects.values_list("everyone", "epoch").get(name=FLAG))

    def test_of_a_flag_that_nobody_created_leaves_none(self):
        with override_flag(FLAG, active=True):
            inside = stages()
        assert [inside, stages()] == [[Stage.LIVE] * 2, [Stage.OFF] * 2]
        assert not Flag.objects.filter(name=FLAG).exists()

    def test_decorates(self, flag):
        assert override_flag(FLAG, active=True)(stages)() == [Stage.LIVE] * 2
