"""A worker that is killed in the middle of a run: the next one goes on, and nothing is charged twice."""

import signal
from collections import Counter

import pytest

from igny8_core.auth.models import Account, Site
from igny8_core.business.automation import estimate, queue
from igny8_core.business.automation.models import AutomationRun, AutomationUnit
from igny8_core.business.automation.queries import abandoned_runs, credits_used
from igny8_core.business.automation.run_models import RunStatus
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.automation.site_lock import LOCK
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.modules.writer.models import Content, Image
from tests.integration.automation.parts import MODEL, site_with
from tests.race.nursery import Nursery
from tests.waiting import given_back, until

from .conftest import environment_of_a_process

pytestmark = pytest.mark.usefixtures("committed_demo")

OPERATIONS = {"clustering": 1, "idea_generation": 1, "content_generation": 4, "image_prompt_extraction": 4,
              "image_generation": 12}  # fmt: skip
"""What a run of four keywords does: two clusters, four ideas, three images for each article."""


@pytest.fixture(scope="module")
def nursery(committed_demo, tmp_path_factory):
    log = tmp_path_factory.mktemp("nursery") / "log"
    made = Nursery(environment_of_a_process(), log)
    yield made
    made.end()


@pytest.fixture
def turn(run, nursery, tmp_path):
    """Lets a process take its turn at the run; returns how it ended, once its site may be taken by the next."""

    def turn(*where):
        said = tmp_path / "said"
        code = nursery.ran("tests.acceptance.automation_turn", str(run.pk), str(tmp_path / "calls"), *where, log=said)
        assert code in (0, -signal.SIGKILL), said.read_text()[-2_000:]
        until(lambda: given_back(LOCK))
        return code

    return turn


@pytest.fixture
def run(monkeypatch, django_db_blocker):
    monkeypatch.setattr(estimate, "_models", lambda site: (MODEL, "dall-e-3"))
    monkeypatch.setattr(queue, "_send", lambda run_id: None)
    with django_db_blocker.unblock():
        site = site_with(name="Killed", keywords=4)
        yield AutomationService.run_now(site=site)
        Site.objects.filter(pk=site.pk).delete()


def calls(folder):
    """The calls that reached a provider: operation and rows, and how often."""
    return Counter((folder / "calls").read_text().splitlines())


class TestKilledWorker:
    @pytest.mark.parametrize("operation", OPERATIONS)
    @pytest.mark.parametrize("point", ["before", "after"])
    def test_leaves_a_run_that_the_next_one_ends_without_a_second_charge(self, run, turn, tmp_path, point, operation):
        number = (OPERATIONS[operation] + 1) // 2
        assert turn(point, operation, str(number)) == -signal.SIGKILL
        run.refresh_from_db()
        assert (run.status, abandoned_runs()) == (RunStatus.RUNNING, [run.pk])

        assert turn() == 0
        run.refresh_from_db()
        assert (run.status, run.error) == (RunStatus.COMPLETED, "")
        charges = CreditTransaction.objects.filter(operation_id__startswith=f"automation:{run.pk}:")
        assert charges.count() == sum(OPERATIONS.values())
        assert credits_used(run) == -sum(charges.values_list("amount", flat=True))
        # Killed before the charge, the one call is made again; killed after it, none is.
        again = [times for times in calls(tmp_path).values() if times > 1]
        assert again == ([2] if point == "before" else [])
        assert Content.objects.filter(site=run.site, status=Content.Status.REVIEW).count() == 4
        assert Image.objects.filter(prompt__content__site=run.site).count() == 12

    def test_of_two_kills_in_one_run_leaves_the_same(self, run, turn):
        turn("after", "clustering", "1")
        turn("before", "image_generation", "5")
        assert turn() == 0
        account = Account.objects.get(pk=run.account_id)
        ids = CreditTransaction.objects.filter(account=account, operation_id__startswith=f"automation:{run.pk}:")
        assert len(set(ids.values_list("operation_id", flat=True))) == ids.count() == sum(OPERATIONS.values())
        assert not AutomationUnit.objects.exclude(status="done").filter(run=run).exists()
        assert AutomationRun.objects.get(pk=run.pk).status == RunStatus.COMPLETED
