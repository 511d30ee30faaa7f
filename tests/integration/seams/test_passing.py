"""What the other side raises stays there, but for what concerns the whole process."""

import asyncio
import signal
import threading

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from migration_harness import passing
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.seams.charge import charge
from migration_harness.testing import fixed_flags, flag_at
from tests.waiting import PATIENCE_SECONDS

from .test_money_seam import TestMoneySeam as MoneySeam
from .trial import Trial, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


class Panic(BaseException):
    """As an extension module raises it."""


class Alarm(Exception):
    """What a host's own signal handler raises."""


OWN_AFFAIRS = [SystemExit(1), GeneratorExit(), Panic("panic"), asyncio.CancelledError(), Alarm()]
CONCERNS_THE_PROCESS = [KeyboardInterrupt(), SoftTimeLimitExceeded()]


@pytest.fixture
def host_names_alarm(settings):
    settings.HARNESS = {**settings.HARNESS, "PASSING": [f"{__name__}.Alarm"]}
    passing.passing_classes.cache_clear()
    yield
    passing.passing_classes.cache_clear()


def named(errors):
    return pytest.mark.parametrize("error", errors, ids=lambda error: type(error).__name__)


class TestOtherSide:
    @named(OWN_AFFAIRS)
    @pytest.mark.parametrize("pure", [False, True], ids=["in order", "in any order"])
    def test_keeps_its_errors_at_shadow(self, error, pure):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert {Trial(candidate=error, pure=pure).call() for _ in range(4)} == {"old"}
        assert verdicts() == ["candidate_error"] * 4

    @named(OWN_AFFAIRS)
    def test_keeps_its_errors_at_live(self, error):
        with fixed_flags(flag_at("f", Stage.LIVE)):
            assert Trial(control=error).call() == "new"
        assert verdicts() == ["control_error"]

    @named(OWN_AFFAIRS)
    def test_fails_no_charge(self, error):
        trial = MoneySeam().trial(candidate=error)
        with fixed_flags(flag_at("f", Stage.SHADOW)), charge(operation_id="op") as made:
            assert trial.call() == 19
        assert made.answered_by == "control"
        assert verdicts() == ["candidate_error"]

    @named(CONCERNS_THE_PROCESS)
    def test_lets_through_what_concerns_the_process(self, error):
        with fixed_flags(flag_at("f", Stage.SHADOW)), pytest.raises(type(error)):
            Trial(candidate=error).call()

    @pytest.mark.usefixtures("host_names_alarm")
    def test_lets_through_what_the_host_names(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)), pytest.raises(Alarm):
            Trial(candidate=Alarm()).call()

    @pytest.mark.usefixtures("host_names_alarm")
    def test_is_interrupted_by_the_hosts_signal_handler(self):
        def wait(account):
            threading.Event().wait(PATIENCE_SECONDS)

        def handle(*_):
            raise Alarm

        before = signal.signal(signal.SIGALRM, handle)
        try:
            with fixed_flags(flag_at("f", Stage.SHADOW)), pytest.raises(Alarm):
                signal.setitimer(signal.ITIMER_REAL, 0.2)
                Trial(candidate=wait).call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def test_lets_through_the_cancellation_of_the_callers_own_task(self):
        answers = []

        async def work():
            answers.append(passing.passes(asyncio.CancelledError()))
            asyncio.current_task().cancel()
            answers.append(passing.passes(asyncio.CancelledError()))

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(work())
        assert answers == [False, True]

    @pytest.mark.parametrize("path", ["no.such.Thing", "datetime.date", "migration_harness.passing"])
    def test_is_not_named_by_what_is_no_exception(self, path, settings):
        settings.HARNESS = {**settings.HARNESS, "PASSING": [path]}
        passing.passing_classes.cache_clear()
        try:
            with pytest.raises(HarnessMisconfigured, match="PASSING"):
                passing.passing_classes()
        finally:
            passing.passing_classes.cache_clear()


class TestAnsweringSide:
    @named(OWN_AFFAIRS + CONCERNS_THE_PROCESS)
    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    def test_raises_to_its_caller_whatever_it_raises(self, error, stage):
        trial = Trial(control=error, candidate=error)
        with fixed_flags(flag_at("f", stage)), pytest.raises(type(error)) as raised:
            trial.call()
        assert raised.value is error
