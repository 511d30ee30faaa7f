"""The second factor: set up, asked for, replayed, lost, taken away."""

import re
from datetime import timedelta

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time

from igny8_core.auth.models import RecoveryCode, SecondFactor, User
from igny8_core.auth.signing_in import second_factor
from igny8_core.auth.signing_in.gate import BY_PAIR
from migration_harness.authority.actors import of_machine
from migration_harness.models import ApiToken, AuditEvent
from tests.tokens import bearer

from .browser import ADMIN, PASSWORD, REST, WAYS, Browser

PAGE = "/admin/second-factor/"
STATUS = "/api/v1/migration/status/"


class Phone:
    """An app that knows the secret."""

    def __init__(self, secret):
        self._app = pyotp.TOTP(secret)

    def code(self, *, later=0):
        return self._app.at(timezone.now() + timedelta(seconds=30 * later))


@pytest.fixture
def clock():
    with freeze_time("2026-03-02 09:00:10") as clock:
        yield clock


@pytest.fixture
def own(clock, ada):
    """A browser in which ada has signed in."""
    browser = Browser(ADMIN)
    assert browser.attempt("ada") == "in"
    return browser


def set_up(browser):
    """Set it up on the page; returns the phone and the recovery codes."""
    shown = browser.client.post(PAGE, {"password": PASSWORD}).content.decode()
    phone = Phone(re.search(r"<code>([A-Z2-7 ]{32,})</code>", shown)[1].replace(" ", ""))
    done = browser.client.post(PAGE, {"code": phone.code()}).content.decode()
    return phone, re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", done)


@pytest.fixture
def phone(own, clock):
    made, own.recovery_codes = set_up(own)
    # The code that set it up is used up.
    clock.tick(timedelta(seconds=30))
    return made


class TestSettingUp:
    def test_shows_a_picture_that_asks_no_other_server(self, own):
        shown = own.client.post(PAGE, {"password": PASSWORD}).content.decode()
        picture = shown[shown.index("<svg") : shown.index("</svg>")] if "QR code" in shown else ""
        picture = next(each for each in re.findall(r"<svg.*?</svg>", shown, re.DOTALL) if "QR code" in each)
        assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
        assert not SecondFactor.objects.filter(confirmed_at__isnull=False).exists()

    @pytest.mark.parametrize("password", ["", "guess"])
    def test_needs_the_own_password(self, own, password):
        assert own.client.post(PAGE, {"password": password}).status_code == 400
        assert not SecondFactor.objects.exists()

    def test_is_over_only_with_a_code_of_the_app(self, own, clock):
        own.client.post(PAGE, {"password": PASSWORD})
        assert own.client.post(PAGE, {"code": "000000"}).status_code == 400
        own.sign_out()
        assert Browser(ADMIN).attempt("ada") == "in"

    def test_cannot_be_ended_by_another_session(self, own):
        other = Browser(ADMIN)
        other.attempt("ada")
        shown = own.client.post(PAGE, {"password": PASSWORD}).content.decode()
        phone = Phone(re.search(r"<code>([A-Z2-7 ]{32,})</code>", shown)[1].replace(" ", ""))
        assert other.client.post(PAGE, {"code": phone.code()}).status_code == 400
        assert not SecondFactor.objects.filter(confirmed_at__isnull=False).exists()

    def test_leaves_this_session_and_ends_every_other_one(self, own):
        others = [Browser(way) for way in (ADMIN, REST)]
        for other in others:
            other.attempt("ada")
        set_up(own)
        assert [each.is_in() for each in (own, *others)] == [True, False, False]

    def test_is_no_page_for_customers(self, client, db):
        client.force_login(User.objects.create_user("blue"))
        assert (client.get(PAGE).status_code, client.post(PAGE, {"password": "x"}).status_code) == (302, 302)
        assert not SecondFactor.objects.exists()

    def test_keeps_neither_secret_nor_codes_in_clear_text(self, own):
        _, recovery = set_up(own)
        factor = SecondFactor.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM igny8_auth_secondfactor")
            (kept,) = cursor.fetchone()
        assert factor.secret.reveal() not in kept
        assert len(set(recovery)) == 10
        kept = str(list(RecoveryCode.objects.values()))
        assert not any(code in kept or code.replace("-", "") in kept for code in recovery)

    def test_is_on_the_audit_trail(self, own):
        set_up(own)
        event = AuditEvent.objects.get()
        assert (event.actor, event.action, event.subject) == ("ada", "set up second factor", "ada")


class TestSigningIn:
    @pytest.mark.parametrize("way", WAYS)
    def test_needs_the_code(self, phone, way):
        for wrong in ("", "000000", "x"):
            assert Browser(way).attempt("ada", code=wrong) == "wrong"
        assert Browser(way).attempt("ada", code=phone.code()) == "in"

    @pytest.mark.parametrize("way", WAYS)
    def test_tells_no_right_password_from_a_wrong_one(self, phone, way):
        stranger = Browser(way)
        told = [(stranger.attempt("ada", password, code="000000"), stranger.told) for password in (PASSWORD, "guess")]
        assert told[0] == told[1]

    def test_is_held_up_while_somebody_guesses_codes(self, phone):
        stranger = Browser(ADMIN)
        for index in range(BY_PAIR.most):
            stranger.attempt("ada", code=f"00000{index}")
        assert stranger.attempt("ada", code=phone.code()) == "held up"

    @pytest.mark.parametrize("way", WAYS)
    def test_takes_no_code_twice(self, phone, way):
        code = phone.code()
        assert Browser(way).attempt("ada", code=code) == "in"
        assert Browser(way).attempt("ada", code=code) == "wrong"

    def test_takes_none_that_is_older_than_one_that_was_used(self, phone, clock):
        older = phone.code()
        clock.tick(timedelta(seconds=30))
        assert Browser(ADMIN).attempt("ada", code=phone.code()) == "in"
        assert Browser(ADMIN).attempt("ada", code=older) == "wrong"

    @pytest.mark.parametrize(("steps", "answer"), [(-2, "wrong"), (-1, "in"), (1, "in"), (2, "wrong")])
    def test_forgives_a_clock_half_a_minute(self, phone, clock, steps, answer):
        clock.tick(timedelta(minutes=5))
        assert Browser(ADMIN).attempt("ada", code=phone.code(later=steps)) == answer

    @pytest.mark.parametrize("spelt", [str, str.upper, lambda code: code.replace("-", " "), lambda code: f" {code} "])
    def test_takes_a_recovery_code_once(self, phone, own, spelt):
        code = spelt(own.recovery_codes[0])
        assert Browser(ADMIN).attempt("ada", code=code) == "in"
        assert Browser(ADMIN).attempt("ada", code=code) == "wrong"
        assert RecoveryCode.objects.count() == 9

    def test_of_others_needs_none(self, phone, db):
        User.objects.create_user("eve", password=PASSWORD, is_staff=True)
        assert Browser(ADMIN).attempt("eve") == "in"

    def test_takes_no_code_of_another_operator(self, phone, own, db):
        User.objects.create_user("eve", password=PASSWORD, is_staff=True)
        other = Browser(ADMIN)
        other.attempt("eve")
        _, codes = set_up(other)
        assert Browser(ADMIN).attempt("ada", code=codes[0]) == "wrong"

    def test_of_a_session_without_the_factor_is_over(self, phone, client, ada):
        client.force_login(ada)
        assert (client.get("/migration/").status_code, client.get(STATUS).status_code) == (302, 401)


class TestTokens:
    def test_are_asked_for_it_when_they_are_made_and_not_when_they_are_sent(self, phone, own, ada, client):
        form = {"name": "x", "scopes": ["read"], "days": "1", "password": PASSWORD}
        assert own.client.post("/migration/tokens/", form).status_code == 400
        assert not ApiToken.objects.exists()
        assert own.client.post("/migration/tokens/", form | {"code": phone.code()}).status_code == 200
        assert client.get(STATUS, headers={"Authorization": bearer(ada)}).status_code == 200


class TestTakingAway:
    def test_needs_password_and_code(self, phone, own):
        for wrong in ({"password": PASSWORD, "code": "000000"}, {"password": "guess", "code": phone.code()}):
            assert own.client.post(PAGE, wrong).status_code == 400
        assert own.client.post(PAGE, {"password": PASSWORD, "code": phone.code()}).status_code == 302
        assert Browser(ADMIN).attempt("ada") == "in"
        assert AuditEvent.objects.latest("id").action == "remove second factor"

    def test_is_done_at_the_command_line_for_who_has_lost_it(self, phone, capsys):
        call_command("second_factor")
        assert "ada" in capsys.readouterr().out
        call_command("second_factor", "--remove", "ada", "--reason", "phone stolen")
        assert Browser(ADMIN).attempt("ada") == "in"
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.subject, event.reason) == ("remove second factor", "ada", "phone stolen")
        # Not by a name that a user of the service may have.
        assert event.actor == of_machine().name
        with pytest.raises(CommandError, match="has no second factor"):
            call_command("second_factor", "--remove", "ada")


class TestRequired:
    @pytest.fixture(autouse=True)
    def _required(self, settings):
        settings.IGNY8_SECOND_FACTOR_REQUIRED = True

    @pytest.mark.parametrize("address", ["/migration/", "/admin/", "/migration/tokens/", "/app/"])
    def test_leads_every_operator_to_the_page_first(self, own, address):
        answer = own.client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        set_up(own)
        assert own.client.get(address).status_code == 200 or address == "/app/"

    def test_is_a_sentence_for_programs_with_a_session(self, own):
        answer = own.client.get(STATUS)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "second_factor_required")

    def test_holds_up_no_token_and_no_customer(self, own, ada, client):
        assert client.get(STATUS, headers={"Authorization": bearer(ada)}).status_code == 200
        User.objects.create_user("blue", password=PASSWORD)
        customer = Browser(REST)
        assert customer.attempt("blue") == "in"
        assert customer.client.get("/api/v1/auth/me/").status_code == 200


class TestUse:
    def test_of_one_code_by_two_at_once_is_one(self, phone):
        factor, code = SecondFactor.objects.get(), phone.code()
        # Both have read the row before either has used the code.
        again = SecondFactor.objects.get()
        now = timezone.now()
        assert (second_factor.accepts(factor, code, now=now), second_factor.accepts(again, code, now=now)) == (
            True,
            False,
        )
