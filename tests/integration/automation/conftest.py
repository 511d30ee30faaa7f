"""A site with keywords, AI operations without a provider, and a queue that is looked at."""

import pytest

from igny8_core.business.automation import doing, estimate, queue, worker
from igny8_core.business.automation.models import AutomationRun

from .parts import IMAGE_MODEL, MODEL, TrialAI, site_with


@pytest.fixture
def ai(monkeypatch):
    trial = TrialAI()
    monkeypatch.setattr(doing, "operations", trial)
    monkeypatch.setattr(estimate, "_models", lambda site: (MODEL, IMAGE_MODEL))
    return trial


@pytest.fixture
def site(demo):
    return site_with(keywords=4)


@pytest.fixture
def committing(monkeypatch, django_capture_on_commit_callbacks):
    """Do something, commit it as it were, and return what it returned and the runs that were queued by it."""
    run_ids = []
    monkeypatch.setattr(queue, "_send", run_ids.append)

    def do(something, **arguments):
        run_ids.clear()
        with django_capture_on_commit_callbacks(execute=True):
            answer = something(**arguments)
            assert run_ids == []
        return answer, tuple(run_ids)

    return do


@pytest.fixture
def work(ai):
    """Let a worker take turns at a run until nothing is left; returns the run as it is then."""

    def take_turns(run, *, turns=1):
        for _ in range(turns):
            worker.take_turn(run_id=run.pk)
        return AutomationRun.objects.get(pk=run.pk)

    return take_turns
