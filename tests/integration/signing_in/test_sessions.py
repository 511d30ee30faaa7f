"""How long an operator stays signed in, and what ends every session."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command
from django.utils import timezone
from freezegun import freeze_time

from igny8_core import preparation
from igny8_core.auth.models import User

from .browser import ADMIN, PASSWORD, REST, Browser

OTHER = "quite another sentence"
STATUS = "/api/v1/migration/status/"
ME = "/api/v1/auth/me/"


@pytest.fixture
def start(ada):
    return timezone.now()


def signed_in(way=ADMIN, name="ada"):
    browser = Browser(way)
    assert browser.attempt(name) == "in"
    return browser


class TestAge:
    @pytest.mark.parametrize("way", [ADMIN, REST])
    def test_ends_after_eight_hours_however_busy(self, ada, start, way):
        with freeze_time(start) as clock:
            browser = signed_in(way)
            for _ in range(23):
                clock.tick(timedelta(minutes=20))
                assert browser.is_in()
            clock.tick(timedelta(minutes=20))
            assert not browser.is_in()

    @pytest.mark.parametrize(("minutes", "stays"), [(29, True), (31, False)])
    def test_ends_after_half_an_hour_of_nothing(self, ada, start, minutes, stays):
        with freeze_time(start) as clock:
            browser = signed_in()
            clock.tick(timedelta(minutes=10))
            assert browser.is_in()
            clock.tick(timedelta(minutes=minutes))
            assert (browser.is_in(), browser.client.get(STATUS).status_code == 200) == (stays, stays)

    def test_is_by_the_settings(self, ada, start, settings):
        settings.IGNY8_OPERATOR_IDLE_MINUTES = 5
        with freeze_time(start) as clock:
            browser = signed_in()
            clock.tick(timedelta(minutes=6))
            assert not browser.is_in()

    def test_begins_anew_with_a_new_sign_in(self, ada, start):
        with freeze_time(start) as clock:
            browser = signed_in()
            clock.tick(timedelta(minutes=40))
            assert browser.attempt("ada") == "in"
            assert browser.is_in()

    def test_of_a_customer_is_as_it_was(self, db, start):
        User.objects.create_user("blue", password=PASSWORD)
        with freeze_time(start) as clock:
            browser = signed_in(REST, "blue")
            clock.tick(timedelta(days=5))
            assert browser.client.get(ME).json()["data"]["user"] == {"username": "blue"}


def in_the_admin(user):
    root = Browser(ADMIN)
    root.client.force_login(User.objects.create_superuser("root"))
    answer = root.client.post(
        f"/admin/igny8_auth/user/{user.pk}/password/",
        {"password1": OTHER, "password2": OTHER, "usable_password": "true"},
    )
    assert answer.status_code == 302


def by_the_command(user):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changepassword.Command, "_get_pass", lambda *_, **__: OTHER)
        call_command("changepassword", user.username, verbosity=0)


def in_a_shell(user):
    user.set_password(OTHER)
    user.save()


class TestPassword:
    @pytest.mark.parametrize("change", [in_the_admin, by_the_command, in_a_shell])
    @pytest.mark.parametrize("way", [ADMIN, REST])
    def test_that_is_changed_ends_every_session(self, ada, way, change):
        browsers = [signed_in(way), signed_in(ADMIN)]
        change(ada)
        assert [(each.is_in(), each.client.get(STATUS).status_code) for each in browsers] == [(False, 401)] * 2
        assert Browser(way).attempt("ada", OTHER) == "in"

    def test_that_is_changed_on_ones_own_page_leaves_that_session(self, ada):
        own, other = signed_in(), signed_in()
        sent = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
        assert own.client.post("/admin/password_change/", sent).status_code == 302
        assert (own.is_in(), other.is_in()) == (True, False)

    @pytest.mark.parametrize("password", ["short", "q1w2e3r4t5y6", "123456789012345", "elevenchars"])
    def test_that_is_easily_guessed_is_refused(self, ada, password):
        own = signed_in()
        sent = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
        assert own.client.post("/admin/password_change/", sent).status_code == 200
        ada.refresh_from_db()
        assert ada.check_password(PASSWORD)

    def test_that_make_run_generates_is_a_good_one(self, db, settings, tmp_path):
        settings.RUN_DIR = tmp_path
        preparation.create_operator()
        validate_password(preparation.operator_password(), User.objects.get(username=preparation.OPERATOR))


class TestSetting:
    @pytest.mark.parametrize("name", ["NUM_PROXIES", "IGNY8_OPERATOR_SESSION_MINUTES", "IGNY8_OPERATOR_IDLE_MINUTES"])
    @pytest.mark.parametrize("value", ["one", "-1", "1.5", "²"])
    def test_that_is_no_number_is_refused_by_name(self, monkeypatch, name, value):
        from importlib import reload

        module = import_module("igny8_core.settings.signing_in")
        monkeypatch.setenv(name, value)
        with pytest.raises(Exception, match=f"{name} is '{value}'"):
            reload(module)
        monkeypatch.delenv(name)
        reload(module)
