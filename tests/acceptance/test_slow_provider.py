"""A provider that takes its time keeps nobody waiting who does not need it."""

import json
import shlex
import socket
import threading

import httpx2
import pytest
from honcho.environ import parse_procfile

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.modules.writer.models import Content, Task
from tests.tokens import bearer
from tests.waiting import PATIENCE_SECONDS

from .conftest import ROOT, process, until

SLOW_CALLS = 4
"""More than there are processes of the web server."""


@pytest.fixture(scope="module")
def provider(committed_demo):
    with sandbox() as server:
        yield server


@pytest.fixture(scope="module")
def web(provider, tmp_path_factory):
    """The web server as the Procfile starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = parse_procfile((ROOT / "Procfile").read_text()).processes["web"].replace("$PORT", str(port))
    log = tmp_path_factory.mktemp("web") / "web.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IGNY8_SANDBOX_URL", provider.url)
        with process(*shlex.split(command), log=log):
            client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
            until(lambda: _answers(client))
            yield client


def _answers(client):
    try:
        return client.get("/admin/login/").status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture
def customer(committed_demo):
    account = Account.objects.order_by("pk").first()
    user = User.objects.create_user("slow", account=account)
    return account, {"Authorization": bearer(user)}


class TestSlowProvider:
    def test_holds_up_no_other_request_and_is_answered_in_the_end(self, web, provider, customer):
        account, headers = customer
        site = account.sites.first()
        tasks = [
            Task.objects.create(account=account, site=site, title=f"Oak {i}", description="[[sandbox fault=slow]]")
            for i in range(SLOW_CALLS)
        ]
        answers = []

        def press(task):
            url = f"/api/v1/writer/tasks/{task.pk}/generate_content/"
            answers.append(web.post(url, json={}, headers=headers))

        threads = [threading.Thread(target=press, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        until(lambda: len(provider.requests) == SLOW_CALLS)
        assert web.get("/admin/login/").status_code == 200
        assert (answers, Content.objects.count()) == ([], 0)

        provider.closing.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        # What was slow is cut off here: an error in the envelope, and no charge.
        assert [answer.status_code for answer in answers] == [502] * SLOW_CALLS
        assert {json.loads(answer.text)["error"]["code"] for answer in answers} == {"answer_cut_off"}
        assert not CreditTransaction.objects.filter(account=account, transaction_type="deduction").exists()
