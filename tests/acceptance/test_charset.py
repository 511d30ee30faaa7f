"""A content type may name any codec; behind Gunicorn no request fails for it, whatever it is sent to."""

import http.client
import json

import pytest

from igny8_core.auth.models import Account, Site, User
from tests.people import trusted
from tests.race.test_soak import free_port
from tests.tokens import bearer
from tests.trial_flag import FLAG as NAME
from tests.trial_flag import create_trial_flag

from .conftest import process, until

CHARSETS = ["utf-8", "latin-1", "utf-16", "zlib", "hex", "rot13", "undefined", "punycode", "idna", "no-such-codec"]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FLAG = f"/api/v1/migration/flags/{NAME}/?x=%FF"

pytestmark = pytest.mark.usefixtures("committed_demo")


@pytest.fixture(scope="module")
def ask(committed_demo, tmp_path_factory):
    create_trial_flag()
    port = free_port()
    log = tmp_path_factory.mktemp("web") / "log"

    def ask(method, path, body, content_type, *, user=None):
        web = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {"Content-Type": content_type}
        if user is not None:
            headers["Authorization"] = bearer(user)
        web.request(method, path, body, headers)
        answer = web.getresponse()
        return answer.status, answer.read().decode()

    def is_up():
        try:
            return ask("GET", "/admin/login/", None, JSON)[0] == 200
        except OSError:
            return False

    with process("gunicorn", "igny8_core.wsgi:application", "--bind", f"127.0.0.1:{port}", log=log):
        until(is_up)
        yield ask
        assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def customer(committed_demo):
    return User.objects.create_user("charset", account=Account.objects.order_by("pk").first())


@pytest.fixture(scope="module")
def operator(committed_demo):
    return trusted("charset-operator")


@pytest.mark.parametrize("charset", CHARSETS)
class TestCharset:
    def test_of_a_customers_json_says_nothing(self, ask, customer, charset):
        body = json.dumps({"name": f"Bäckerei {charset}"}, ensure_ascii=False).encode()
        status, text = ask("POST", "/api/v1/accounts/sites/?q=%FF", body, f"{JSON}; charset={charset}", user=customer)
        assert (status, json.loads(text)["data"]["name"]) == (201, f"Bäckerei {charset}")
        assert Site.objects.filter(name=f"Bäckerei {charset}").exists()

    def test_of_an_operators_json_says_nothing(self, ask, operator, charset):
        body = '{"share_percent": 0, "reason": "für später"}'.encode()
        status, text = ask("PATCH", FLAG.partition("?")[0], body, f"{JSON}; charset={charset}", user=operator)
        assert (status, json.loads(text)["success"]) == (200, True)

    def test_beside_a_query_is_a_refusal_of_the_query(self, ask, operator, charset):
        status, text = ask("PATCH", FLAG, b"{}", f"{JSON}; charset={charset}", user=operator)
        assert (status, list(json.loads(text)["error"]["fields"])) == (400, ["x"])

    @pytest.mark.parametrize("path", ["/api/v1/accounts/sites/?q=a", "/api/v1/migration/rollback/?q=a"])
    def test_of_a_form_makes_it_no_json(self, ask, customer, operator, charset, path):
        user = operator if "migration" in path else customer
        status, text = ask("POST", path, b"a=1", f"{FORM}; charset={charset}", user=user)
        assert (status, json.loads(text)["success"]) in {(415, False), (400, False)}

    @pytest.mark.parametrize("content_type", [JSON, FORM, "multipart/form-data; boundary=x"])
    @pytest.mark.parametrize("path", [f"/migration/flags/{NAME}/share/?a=1", "/admin/login/?next=/x"])
    def test_of_what_a_page_is_sent_is_no_fault(self, ask, charset, content_type, path):
        statuses = [ask(method, path, b"a=1", f"{content_type}; charset={charset}")[0] for method in ("GET", "POST")]
        # The console asks to sign in; the form comes without its token.
        assert statuses in ([302, 403], [200, 403]), (path, statuses)
