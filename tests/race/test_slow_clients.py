"""A rollback over HTTP goes through whatever others do: two hundred slow clients, or one for each thread."""

import json
import os
import re
import signal
import threading
from contextlib import ExitStack
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psutil
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone

from igny8_core.auth.models import User
from igny8_core.web import config
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import Lease
from tests.acceptance.conftest import PATIENCE_SECONDS, committed_demo, process, selected, until  # noqa: F401
from tests.race.test_soak import free_port
from tests.slow_clients import KINDS, SlowClients
from tests.tokens import token_of

FLAG = "model-based-credits"
PROOF = '<p class="proof good">'
PASSWORD = "of an operator"
pytestmark = pytest.mark.usefixtures("selected")


class Web:
    """One worker of the web server as the Procfile starts it, and an operator's browser and program."""

    def __init__(self, port, token):
        self.port, self.token = port, token
        self._program = build_opener()
        self._browser = build_opener(HTTPCookieProcessor(CookieJar()))

    def page(self, path, **form):
        """The page that a browser has in the end, at the address or after its form was sent."""
        data = urlencode(form).encode() if form else None
        with self._browser.open(f"http://127.0.0.1:{self.port}{path}", data, PATIENCE_SECONDS) as answer:
            return answer.read().decode()

    def sign_in(self):
        asked = self.page("/admin/login/")
        self.page("/admin/login/", username="slow", password=PASSWORD, next="/migration/", **hidden(asked))

    def roll_back_by_page(self):
        path = f"/migration/flags/{FLAG}/rollback/"
        return self.page(path, reason="by page", **hidden(self.page(path)))

    def roll_back_by_rest(self):
        path = f"http://127.0.0.1:{self.port}/api/v1/migration/flags/{FLAG}/rollback/"
        asked = Request(path, method="POST", headers={"Authorization": f"Token {self.token}"})
        with self._program.open(asked, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["data"]

    def answers(self):
        try:
            return self.page("/admin/login/")
        except (OSError, HTTPError):
            return None


def acknowledged(proof):
    """Whether the web server's process is among those that obey, and all do."""
    ours = Lease.objects.exclude(pid=os.getpid()).values_list("pid", flat=True)
    return proof["holds"] and {each["process"].split()[1] for each in proof["acknowledged"]} >= set(map(str, ours))


def hidden(page):
    return {"csrfmiddlewaretoken": re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]}


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """The file that ends all waiting of the server's ``/waits/``."""
    return tmp_path_factory.mktemp("web") / "over"


def server(application, port):
    """What starts one worker with the settings of the Procfile."""
    options = ["--config", "python:igny8_core.web.config", "--workers", "1", "--bind", f"127.0.0.1:{port}"]
    return ["gunicorn", *options, application]


@pytest.fixture(scope="module")
def web(selected, over):  # noqa: F811  The fixture, not the import.
    # Hashed as the server does it; the tests' own way is quicker, and unknown there.
    operator = User.objects.create_superuser("slow")
    hasher = PBKDF2PasswordHasher()
    User.objects.filter(pk=operator.pk).update(password=hasher.encode(PASSWORD, hasher.salt()))
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAITS_FOR", str(over))
        stack = ExitStack()
        arguments = server("tests.race.waiting_app:application", port)
        started = stack.enter_context(process(*arguments, log=over.with_name("log")))
    with stack:
        web = Web(port, token_of(operator))
        until(web.answers)
        web.processes = [started.pid, *(each.pid for each in psutil.Process(started.pid).children())]
        web.sign_in()
        yield web
        over.touch()
        assert "Traceback" not in over.with_name("log").read_text()


@pytest.fixture
def rollbacks(web, tmp_path):
    """The web server that rolls back and does nothing else."""
    port = free_port()
    with process(*server("igny8_core.web.rollback", port), log=tmp_path / "log"):
        rollbacks = Web(port, web.token)
        until(rollbacks.answers)
        yield rollbacks


@pytest.fixture
def live(web):
    """The flag is at the candidate for everyone, so that there is something to roll back."""
    change_flag(name=FLAG, change=FlagChange(everyone=True), actor="fixture")


def waiting(over):
    found = over.with_name("waiting")
    return len(found.read_text()) if found.exists() else 0


class TestRollbackOverHttp:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_acknowledged_beside_two_hundred_clients_of_which_each(self, web, live, kind):
        with SlowClients(web.port, KINDS[kind]):
            rolled_back = web.roll_back_by_rest()
            assert (rolled_back["before"]["everyone"], rolled_back["after"]["everyone"]) == (True, False)
            assert acknowledged(rolled_back["proof"])
            assert PROOF in web.roll_back_by_page()

    def test_goes_through_beside_a_web_server_that_has_stopped(self, web, live, rollbacks):
        web.answers()
        stopped = Lease.objects.get(pid__in=web.processes).pid
        for process_id in web.processes:
            os.kill(process_id, signal.SIGSTOP)
        try:
            rollbacks.sign_in()
            assert PROOF in rollbacks.roll_back_by_page()
            change_flag(name=FLAG, change=FlagChange(everyone=True), actor="test")
            assert rollbacks.roll_back_by_rest()["proof"]["holds"]
            assert not Lease.objects.filter(pid=stopped, expires_at__gt=timezone.now()).exists()
        finally:
            for process_id in web.processes:
                os.kill(process_id, signal.SIGCONT)

    def test_is_acknowledged_by_the_process_whose_threads_all_wait(self, web, live, over):
        address = f"http://127.0.0.1:{web.port}/waits/"
        others = [threading.Thread(target=lambda: urlopen(address).read()) for _ in range(config.threads + 1)]
        for other in others:
            other.start()
        until(lambda: waiting(over) == config.threads)
        web = Web(web.port, web.token)
        web.sign_in()
        assert FLAG in web.page("/migration/")
        assert "--" in web.page("/static/dashboards/console.css")
        assert PROOF in web.roll_back_by_page()
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="test")
        assert acknowledged(web.roll_back_by_rest()["proof"])
        assert waiting(over) == config.threads
        over.touch()
        for other in others:
            other.join()
        assert waiting(over) == config.threads + 1
