"""The document of the customers' pages, and what it loads."""

import re

import pytest
from django.core.management import call_command

from igny8_core.auth.models import User
from igny8_core.preparation import CUSTOMERS, customer_password

DOCUMENT = '<script src="/static/app/assets/index-BmQG3g3v.js"></script>'


@pytest.fixture
def built(tmp_path, settings):
    settings.FRONTEND_DIST = tmp_path
    (tmp_path / "index.html").write_text(DOCUMENT)


class TestDocument:
    @pytest.mark.parametrize("address", ["/app/", "/app/sites/3/settings", "/app/sites/3/settings/", "/app/x.y"])
    def test_is_at_every_address_below(self, client, built, address):
        answer = client.get(address)
        assert (answer.status_code, answer.content.decode()) == (200, DOCUMENT)

    def test_is_asked_for_each_time(self, client, built):
        assert client.get("/app/")["Cache-Control"] == "no-cache"

    def test_runs_no_foreign_script_and_in_no_foreign_frame(self, client, built):
        policy = client.get("/app/")["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy

    def test_brings_the_cookie_that_a_sign_in_needs(self, client, built):
        client.get("/app/")
        assert client.cookies["csrftoken"].value

    def test_that_was_not_built_names_the_command(self, client, tmp_path, settings):
        settings.FRONTEND_DIST = tmp_path
        answer = client.get("/app/")
        assert answer.status_code == 503
        assert "make frontend" in answer.content.decode()

    def test_is_only_read(self, client, built):
        assert client.post("/app/").status_code == 405

    def test_gets_its_slash(self, client, built):
        answer = client.get("/app")
        assert (answer.status_code, answer["Location"]) == (301, "/app/")


class TestAssets:
    def test_are_kept_for_ever_under_names_with_a_hash(self, client, settings):
        index = settings.FRONTEND_DIST / "index.html"
        assert index.exists(), "The frontend is not built: `make frontend`."
        found = re.findall(r'(?:src|href)="(/static/app/assets/[^"]+)"', index.read_text())
        assert len(found) == 2
        for address in found:
            answer = client.get(address)
            assert answer.status_code == 200
            assert "immutable" in answer["Cache-Control"]
            assert re.search(r"-[\w-]{8}\.(js|css)$", address)


class TestDemoCustomers:
    def test_can_sign_in_with_the_password_that_was_generated_once(self, client, demo, settings, tmp_path):
        settings.RUN_DIR = tmp_path
        for _ in range(2):
            call_command("setup", "--demo", verbosity=0)
        for username, account in CUSTOMERS.items():
            assert client.login(username=username, password=customer_password())
            assert User.objects.get(username=username).account.name == account

    def test_are_in_no_other_installation(self, db, settings, tmp_path):
        settings.RUN_DIR = tmp_path
        call_command("setup", verbosity=0)
        assert not User.objects.filter(username__in=CUSTOMERS).exists()
        assert customer_password() is None
