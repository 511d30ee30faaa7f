"""What every answer tells a browser, whoever made the answer."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as django_settings
from django.core.exceptions import SuspiciousOperation
from django.test import Client
from django.urls import path

from dashboards.api.throttles import ReadThrottle
from igny8_core.auth.models import Account, User
from igny8_core.urls import urlpatterns as of_the_service
from tests.integration.authority.addresses import addresses

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
WITH_ALPINE = [
    "/admin/",
    "/admin/igny8_auth/account/",
    "/admin/system/globalintegrationsettings/retired/",
    "/migration/",
    "/migration/evidence/",
    "/migration/forecast/",
    "/migration/flags/no-such-flag/",
]
WITH_NONCE = {"/api/v1/migration/docs/": "operator", "/api/v1/docs/": "customer"}
OTHERS = {
    "/favicon.ico": (302,),
    "/healthz": (200, 503),
    "/metrics": (200,),
    "/app/": (200, 503),
    "/api/v1/migration/status/": (200,),
    "/api/v1/no-such-address/": (403,),
    "/api/v1/migration/no-such-address/": (404,),
    "/no-such-address": (404,),
    "/": (302,),
    "/app": (301,),
    "/admin/jsi18n/": (200,),
    "/static/igny8/theme.css": (200,),
    "/static/no-such-file": (404,),
    "/broken": (500,),
    "/suspicious": (400,),
}


def broken(request):
    raise RuntimeError("the database is on fire")


def suspicious(request):
    raise SuspiciousOperation("no")


urlpatterns = [path("broken", broken), path("suspicious", suspicious), *of_the_service]


def directives(response):
    """Return the content security policy by directive."""
    words = [each.split() for each in response["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in words}


@pytest.fixture
def operator(demo):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.fixture
def customer(demo, client):
    client.force_login(User.objects.create_user("cora", account=Account.objects.first()))
    return client


@pytest.fixture(autouse=True)
def _with_broken_addresses(settings):
    settings.ROOT_URLCONF = __name__


def assert_told(response):
    assert {name: response.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "camera=()" in response["Permissions-Policy"]
    told = directives(response)
    assert (told["frame-ancestors"], told["base-uri"]) == (["'none'"], ["'none'"])
    assert {name for name, sources in told.items() if "'unsafe-inline'" in sources} <= {"style-src-attr"}
    return told


class TestPage:
    @pytest.mark.parametrize("address", WITH_ALPINE)
    def test_of_the_operators_evaluates_and_runs_nothing_inline_without_its_nonce(self, operator, address):
        told = assert_told(operator.get(address))
        assert told["script-src"][0] == "'self'"
        assert re.fullmatch(r"'nonce-[\w-]{22}'", told["script-src"][1])
        assert told["script-src"][2:] == ["'unsafe-eval'"]
        assert ("style-src-attr" in told) == address.startswith("/admin/")

    @pytest.mark.parametrize("address", WITH_NONCE)
    def test_of_an_api_evaluates_nothing(self, request, address):
        response = request.getfixturevalue(WITH_NONCE[address]).get(address)
        told = assert_told(response)
        assert "unsafe" not in response["Content-Security-Policy"]
        nonce = told["script-src"][1].removeprefix("'nonce-").removesuffix("'")
        page = BeautifulSoup(response.content, "html.parser")
        inline = [each for each in page.select("script, style") if not each.get("src")]
        assert {each["nonce"] for each in inline} == {nonce}

    def test_has_another_nonce_each_time(self, operator):
        told = [directives(operator.get("/migration/"))["script-src"][1] for _ in range(2)]
        assert told[0] != told[1]

    @pytest.mark.parametrize("address", WITH_ALPINE)
    def test_of_the_operators_has_no_inline_style_or_script(self, operator, address):
        page = BeautifulSoup(operator.get(address).content, "html.parser")
        assert page.select("style, script:not([src]):not([type='application/json'])") == []
        assert page.select("[style], [onclick], [onchange], [onsubmit], [onload]") == []

    def test_may_load_its_styles_wherever_it_is(self, operator):
        """A page that comes later has its policy, or is a page without any style."""
        pages = {each: operator.get(each) for each in addresses() if "<" not in each}
        styled = [each for each, page in pages.items() if b'rel="stylesheet"' in b"".join(page)]
        assert len(styled) > 30
        assert [each for each in styled if directives(pages[each])["default-src"] == ["'none'"]] == []

    def test_of_sign_in_is_one_too(self, client, db):
        assert "'unsafe-eval'" in assert_told(client.get("/admin/login/"))["script-src"]

    def test_of_a_refused_form_is_told_as_well(self, demo):
        client = Client(enforce_csrf_checks=True)
        response = client.post("/admin/login/", {"username": "ada"})
        assert response.status_code == 403
        assert_told(response)
        assert BeautifulSoup(response.content, "html.parser").select("style, script, [style]") == []


class TestEveryOtherAnswer:
    @pytest.mark.parametrize("address", OTHERS)
    def test_is_told(self, operator, address):
        response = operator.get(address)
        assert response.status_code in OTHERS[address]
        assert "unsafe" not in response["Content-Security-Policy"]
        told = assert_told(response)
        assert told["default-src"] == (["'self'"] if address == "/app/" and response.status_code == 200 else ["'none'"])

    def test_to_a_host_that_is_not_served_is_told(self, client, db):
        response = client.get("/healthz", headers={"host": "evil.example"})
        assert response.status_code == 400
        assert_told(response)

    def test_to_too_many_requests_is_told(self, operator, monkeypatch):
        monkeypatch.setattr(ReadThrottle, "rate", "1/minute", raising=False)
        answers = [operator.get("/api/v1/migration/status/") for _ in range(2)]
        assert answers[-1].status_code == 429
        assert_told(answers[-1])

    def test_that_says_otherwise_is_overruled(self, customer):
        """drf-spectacular asks for an open opener, for a sign-in that this page does not offer."""
        assert customer.get("/api/v1/docs/")["Cross-Origin-Opener-Policy"] == "same-origin"


class TestTemplates:
    @pytest.mark.parametrize("room", ["dashboards", "igny8_core", "migration_harness", "rest_api"])
    def test_have_no_inline_style_and_no_script_without_a_nonce(self, room):
        found = []
        for template in Path(django_settings.BASE_DIR, room).rglob("*.html"):
            page = BeautifulSoup(template.read_text(), "html.parser")
            inline = page.select("style:not([nonce]), script:not([src]):not([nonce]), [style]")
            handlers = [tag for tag in page.find_all() if any(name.startswith("on") for name in tag.attrs)]
            found += [(template.name, str(each)) for each in (*inline, *handlers)]
        assert found == []
