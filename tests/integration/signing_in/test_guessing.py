"""Somebody guesses: who is held up, for how long, and who is not."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from freezegun import freeze_time
from structlog.testing import capture_logs

from igny8_core.auth.models import SignInAttempt, User
from igny8_core.auth.signing_in.gate import BY_ADDRESS, BY_DEVICE, BY_NAME, BY_PAIR

from .browser import ADMIN, REST, WAYS, Browser

SOMEWHERE_ELSE = "203.0.113.9"


@pytest.fixture(params=WAYS)
def way(request, ada):
    return request.param


def failed(count, *, name="ada", address="198.51.100.1", device=""):
    """Let attempts have failed, without waiting for a password to be hashed each time."""
    from igny8_core.auth.signing_in import gate

    values = {"name": gate.digest_of(name), "device": device, "at": timezone.now()}
    SignInAttempt.objects.bulk_create(SignInAttempt(**values, address=address.format(index)) for index in range(count))


class TestOneAddress:
    def test_has_five_guesses_at_a_name(self, way):
        stranger = Browser(way)
        answers = [stranger.attempt("ada", f"guess {index}") for index in range(BY_PAIR.most + 1)]
        assert answers == ["wrong"] * BY_PAIR.most + ["held up"]
        # Nor is the right one told from the others.
        assert stranger.attempt("ada") == "held up"

    @pytest.mark.parametrize("name", ["ADA", " ada ", "Ada", "\N{FULLWIDTH LATIN SMALL LETTER A}da"])
    def test_has_no_more_by_another_spelling(self, way, name):
        failed(BY_PAIR.most)
        assert Browser(way).attempt(name, "guess") == "held up"

    def test_may_try_again_when_the_time_is_over_however_often_it_knocked(self, way):
        failed(BY_PAIR.most)
        start = timezone.now()
        for minutes in (1, 5, 14):
            with freeze_time(start + timedelta(minutes=minutes)):
                assert Browser(way).attempt("ada", "guess") == "held up"
        with freeze_time(start + BY_PAIR.within):
            assert Browser(way).attempt("ada") == "in"

    def test_hears_how_long_that_is(self, way):
        failed(BY_PAIR.most)
        stranger = Browser(way)
        stranger.attempt("ada")
        assert stranger.told == "Too many attempts to sign in. Try again in 15 minutes."

    def test_that_goes_from_name_to_name_is_held_up_too(self, way):
        for index in range(BY_ADDRESS.most):
            failed(1, name=f"user {index}")
        assert Browser(way).attempt("ada") == "held up"
        assert Browser(way, address=SOMEWHERE_ELSE).attempt("ada") == "in"

    def test_wins_no_further_guesses_by_an_account_of_its_own(self, way):
        User.objects.create_user("mallory", password="another long sentence")
        failed(BY_PAIR.most - 1)
        failed(BY_ADDRESS.most - BY_PAIR.most, name="others")
        Browser(REST).attempt("mallory", "another long sentence")
        assert Browser(way).attempt("ada", "guess") == "wrong"
        assert Browser(way).attempt("ada", "guess") == "held up"

    def test_of_ipv6_is_a_whole_network(self, way):
        failed(BY_PAIR.most, address="2001:db8::/64")
        assert Browser(way, address="2001:db8::1:2:3:4").attempt("ada") == "held up"
        assert Browser(way, address="2001:db8:0:1::1").attempt("ada") == "in"


class TestManyAddresses:
    def test_have_fifty_guesses_an_hour_at_a_name(self, way):
        failed(BY_NAME.most, address="203.0.113.{}")
        assert Browser(way).attempt("ada") == "held up"
        with freeze_time(timezone.now() + BY_NAME.within):
            assert Browser(way).attempt("ada") == "in"

    def test_do_not_lock_out_who_has_signed_in_there_before(self, way):
        own = Browser(way)
        assert own.attempt("ada") == "in"
        own.sign_out()
        failed(BY_NAME.most, address="203.0.113.{}")
        failed(BY_PAIR.most)
        failed(BY_ADDRESS.most, name="others")
        assert (Browser(way).attempt("ada"), own.attempt("ada")) == ("held up", "in")

    def test_do_not_lock_out_a_colleague(self, way):
        User.objects.create_user("eve", password="a good long sentence", is_staff=True)
        failed(BY_NAME.most, address="203.0.113.{}")
        assert Browser(way).attempt("eve") == "in"


class TestKnownBrowser:
    def test_has_bounds_of_its_own(self, way):
        own = Browser(way)
        own.attempt("ada")
        own.sign_out()
        answers = [own.attempt("ada", "guess") for _ in range(BY_DEVICE.most + 1)]
        assert answers == ["wrong"] * BY_DEVICE.most + ["held up"]

    def test_is_a_stranger_to_every_other_name(self, way):
        User.objects.create_user("mallory", password="another long sentence", is_staff=True)
        own = Browser(way)
        assert own.attempt("mallory", "another long sentence") == "in"
        own.sign_out()
        failed(BY_PAIR.most)
        assert own.attempt("ada") == "held up"

    def test_cannot_be_made_up(self, way):
        failed(BY_PAIR.most)
        stranger = Browser(way)
        stranger.client.cookies["known_browser"] = "eyJuYW1lIjoiYWRhIn0:1abc:forged"
        assert stranger.attempt("ada") == "held up"


class TestForwardedHeader:
    @pytest.mark.parametrize("sent", [SOMEWHERE_ELSE, f"{SOMEWHERE_ELSE}, 10.0.0.1", "nonsense", "1" * 5_000])
    def test_changes_nothing_where_there_is_no_proxy(self, way, sent):
        failed(BY_PAIR.most)
        assert Browser(way).attempt("ada", HTTP_X_FORWARDED_FOR=sent) == "held up"

    @pytest.mark.parametrize("lie", ["", f"{SOMEWHERE_ELSE}, ", f"{SOMEWHERE_ELSE}, 192.0.2.5, "])
    def test_behind_a_proxy_is_believed_as_far_as_that_wrote_it(self, way, lie, settings):
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
        failed(BY_PAIR.most, address="192.0.2.7")
        proxy = Browser(way, address="10.0.0.1")
        assert proxy.attempt("ada", HTTP_X_FORWARDED_FOR=f"{lie}192.0.2.7") == "held up"
        assert proxy.attempt("ada", HTTP_X_FORWARDED_FOR=f"{lie}192.0.2.8") == "in"


class TestName:
    @pytest.mark.parametrize("name", ["\ud800", "a\x00da", "x" * 500, "\N{PILE OF POO}", ""])
    def test_that_nobody_can_have_breaks_nothing(self, ada, client, name):
        sent = json.dumps({"username": name, "password": "guess"})
        answer = client.post(REST, sent, content_type="application/json")
        assert answer.status_code in (400, 401)


class TestAnswer:
    def test_does_not_tell_whether_the_name_exists(self, way):
        User.objects.create_user("gone", password="a good long sentence", is_active=False)
        heard = set()
        for name in ("ada", "nobody", "gone"):
            stranger = Browser(way)
            answers = [stranger.attempt(name, "guess") for _ in range(BY_PAIR.most)]
            heard.add((tuple(answers), stranger.told, stranger.attempt(name), stranger.told))
        assert len(heard) == 1

    def test_of_the_admin_does_not_tell_a_customers_right_password(self, db, ada):
        User.objects.create_user("blue", password="a good long sentence")
        stranger = Browser(ADMIN)
        told = [(stranger.attempt("blue", password), stranger.told) for password in ("guess", "a good long sentence")]
        assert told[0] == told[1]


class TestCache:
    def test_that_is_down_neither_stops_anybody_nor_opens_the_gate(self, way, monkeypatch):
        def unreachable(*_, **__):
            raise ConnectionError

        for method in ("get", "set", "add", "incr"):
            monkeypatch.setattr(type(cache._connections[cache._alias]), method, unreachable, raising=False)
        assert Browser(way).attempt("ada") == "in"
        failed(BY_PAIR.most)
        assert Browser(way).attempt("ada") == "held up"


class TestWhatIsKept:
    def test_has_nothing_that_was_typed(self, way):
        Browser(way).attempt("my-secret-password", "guess")
        with capture_logs() as logged:
            Browser(way).attempt("my-secret-password", "guess")
        assert "my-secret" not in str([*SignInAttempt.objects.values(), *logged])

    def test_goes_when_it_counts_no_longer(self, way):
        failed(3, name="others")
        with freeze_time(timezone.now() + timedelta(hours=2)):
            Browser(way).attempt("ada")
        assert SignInAttempt.objects.count() == 0

    def test_is_told_as_events(self, way):
        with capture_logs() as logged:
            stranger = Browser(way)
            for _ in range(BY_PAIR.most + 1):
                stranger.attempt("ada", "guess")
            Browser(way, address=SOMEWHERE_ELSE).attempt("ada")
        told = [(each["event"], each["user"], each["address"]) for each in logged if "address" in each]
        assert told == [
            *[("igny8.sign_in_failed", "ada", "198.51.100.1")] * BY_PAIR.most,
            ("igny8.sign_in_refused", "ada", "198.51.100.1"),
            ("igny8.signed_in", "ada", SOMEWHERE_ELSE),
        ]
