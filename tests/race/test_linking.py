"""Two requests at one content at once: one charge under one key, one link to a target, whoever comes first."""

import threading
from dataclasses import replace

import pytest
from django.db import connections

from igny8_core.ai.ai_core import AICore
from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.usage import Usage
from igny8_core.business.linker.models import InternalLink
from igny8_core.business.linker.services import linker_service
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.modules.writer.models import Content
from igny8_core.seed import seed_demo
from tests.integration.content_parts import content_of, site_of
from tests.waiting import PATIENCE_SECONDS

BOTH = 2


@pytest.fixture(scope="module")
def server():
    with sandbox() as started:
        yield started


@pytest.fixture
def source(transactional_db, settings, server):
    settings.IGNY8_SANDBOX_URL = server.url
    seed_demo()
    site = site_of(Account.objects.order_by("pk").first())
    content_of(site, "All about flour")
    return content_of(site, html="<p>Sourdough needs flour, and flour again.</p>")


@pytest.fixture
def _both_have_their_answer(monkeypatch):
    """Nobody charges before both have been answered."""
    together, real = threading.Barrier(BOTH, timeout=PATIENCE_SECONDS), AICore.complete

    def complete(**asked):
        answer = real(**asked)
        # A real model counts other tokens each time.
        usage = Usage(tokens_input=answer.usage.tokens_input + together.wait(), tokens_output=1)
        return replace(answer, usage=usage)

    monkeypatch.setattr(AICore, "complete", complete)


def link_at_once(source, *operation_ids):
    """Link in a thread each; returns what came of each, in no order."""
    came = []

    def run(operation_id):
        try:
            account = Account.objects.select_related("plan").get(pk=source.account_id)
            came.append(
                LinkerService.link(account=account, site=source.site, content_id=source.pk, operation_id=operation_id)
            )
        except Exception as error:  # noqa: BLE001  The test looks at it.
            came.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(each,)) for each in operation_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return came


def links_in(source):
    return Content.objects.get(pk=source.pk).html.count("<a ")


@pytest.mark.usefixtures("_both_have_their_answer")
class TestTwoAtOnce:
    def test_under_one_key_are_charged_once(self, source):
        came = link_at_once(source, "op-1", "op-1")
        assert sorted(outcome.repeated for outcome in came) == [False, True]
        assert sorted(len(outcome.created) for outcome in came) == [0, 1]
        assert CreditTransaction.objects.filter(operation_id="op-1").count() == 1
        assert links_in(source) == InternalLink.objects.count() == 1

    def test_under_two_keys_put_one_link(self, source):
        came = link_at_once(source, "op-1", "op-2")
        assert sorted(len(outcome.created) for outcome in came) == [0, 1]
        assert [outcome.skipped[0].reason for outcome in came if outcome.skipped] == [
            "this is none of the contents that were to choose from"
        ]
        assert links_in(source) == InternalLink.objects.count() == 1

    def test_without_looking_again_would_collide(self, source, monkeypatch):
        """The twin: the race is real, for what was prepared before the lock is no longer right behind it."""
        monkeypatch.setattr(linker_service, "_still_right", lambda prepared, **_: prepared)
        came = link_at_once(source, "op-1", "op-2")
        assert [type(each).__name__ for each in came if isinstance(each, Exception)] == ["IntegrityError"]
