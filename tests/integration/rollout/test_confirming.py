"""Whoever may veto a step is asked before it, and only a plain yes is one."""

import json

import httpx2
import pytest
import structlog

from migration_harness.api import verify_webhook
from migration_harness.rollout.notices import posting
from migration_harness.rollout.notices.confirming import Answer, confirm
from tests import receiver as receivers
from tests.receiver import SECRET, Receiver, says, status
from tests.trial_flag import FLAG

YES = {"allow": True}
NO_ANSWERS = {
    "500": (says(YES, code=500), "answered 500"),
    "404": (says(YES, code=404), "answered 404"),
    "a redirect": (status(307, Location="/yes"), "redirects are not followed"),
    "no body": (status(200), "no JSON"),
    "no content": (status(204), "no JSON"),
    "no JSON": (says(b"yes"), "no JSON"),
    "no text": (says(b'{"allow": true, "reason": "\xff"}'), "no JSON"),
    "half of it": (says(b'{"allow": true'), "no JSON"),
    "twice": (says(b'{"allow": false, "allow": true}'), "twice"),
    "deep": (says(b"[" * 15_000), "no JSON"),
    "another type": (says(True), "no object"),
    "a list": (says([YES]), "no object"),
    "nothing asked for": (says({}), "no object"),
    "null": (says({"allow": None}), "no object"),
    "1": (says({"allow": 1}), "no object"),
    "text": (says({"allow": "true"}), "no object"),
    "a reason that is none": (says({"allow": True, "reason": 7}), "no text"),
    "too long": (says(json.dumps({**YES, "reason": "x" * 17_000}).encode()), "longer than 16,384 bytes"),
    "endless": (receivers.endless_body, "longer than 16,384 bytes"),
    "silence": (receivers.says_nothing, "no answer within 1 s"),
    "a body that never ends": (receivers.hangs_in_the_body, "no answer within 1 s"),
    "a connection that ends": (receivers.hangs_up, "disconnected"),
}


@pytest.fixture
def asked(receiver, say):
    """Whoever is asked."""
    say(confirm_url=receiver.url)
    return receiver


def ask(**details):
    return confirm(flag=FLAG, step="25 %", details=details)


class TestConfirming:
    def test_allows_where_nobody_is_to_be_asked(self, say):
        say()
        assert (ask().answer, ask().allows) == (Answer.ALLOWED, True)

    @pytest.mark.parametrize("answer", [YES, {**YES, "reason": ""}, {**YES, "more": [1]}], ids=str)
    def test_allows_what_is_allowed(self, asked, answer):
        asked.does(says(answer))
        assert (ask().answer, ask().sentence) == (Answer.ALLOWED, "127.0.0.1 allows it.")

    def test_is_vetoed_with_the_reason(self, asked):
        asked.does(says({"allow": False, "reason": "The books are being closed."}))
        found = ask()
        assert (found.answer, found.allows) == (Answer.VETOED, False)
        assert found.sentence == "127.0.0.1 does not allow it: The books are being closed."

    @pytest.mark.parametrize("name", NO_ANSWERS)
    def test_takes_nothing_else_for_a_yes(self, asked, name):
        behaviour, why = NO_ANSWERS[name]
        asked.does(behaviour)
        found = ask()
        assert (found.answer, found.allows) == (Answer.NO_ANSWER, False)
        assert why in found.sentence
        assert len(asked.came) == 1

    @pytest.mark.parametrize("limit", [httpx2.ReadTimeout, httpx2.ConnectTimeout], ids=lambda limit: limit.__name__)
    def test_says_the_same_whichever_limit_ends_it(self, asked, monkeypatch, limit):
        def ended(*_):
            raise limit("timed out")

        monkeypatch.setattr(posting, "_exchange", ended)
        found = ask()
        assert (found.answer, "no answer within 1 s" in found.sentence) == (Answer.NO_ANSWER, True)

    def test_takes_nobody_there_for_no_yes(self, say):
        with Receiver() as gone:
            say(confirm_url=gone.url)
        assert ask().answer is Answer.NO_ANSWER

    def test_takes_wrong_settings_for_no_yes(self, say):
        say(confirm_url="ftp://example.com/")
        assert (ask().answer, "confirm_url" in ask().sentence) == (Answer.NO_ANSWER, True)

    @pytest.mark.parametrize("details", [None, [1], {"number": 10**5_000, 7: "x"}, {"": object()}], ids=type)
    def test_asks_or_says_why_not_whatever_is_said_of_it(self, asked, details):
        asked.does(says(YES))
        found = confirm(flag="f", step="s", details=details)
        assert found.allows is isinstance(details, dict)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("SSL_CERT_FILE", "/nowhere"), ("HTTPS_PROXY", "nonsense"), ("HTTPS_PROXY", "socks5://127.0.0.1:9")],
        ids=["certificates", "a proxy that is none", "a proxy"],
    )
    def test_takes_an_environment_that_cannot_be_used_for_no_yes(self, say, monkeypatch, name, value):
        monkeypatch.setattr(posting, "trusted", posting.trusted.__wrapped__)
        monkeypatch.setenv(name, value)
        say(confirm_url="https://confirm.invalid/")
        assert ask().answer is Answer.NO_ANSWER

    def test_asks_signed_what_is_to_be_done(self, asked):
        asked.does(says(YES))
        ask(accounts=3, note="x" * 10_000)
        ask()
        first, second = asked.came
        assert verify_webhook(secret=SECRET, headers=first.headers, body=first.body)
        assert first.headers["webhook-id"] != second.headers["webhook-id"]
        data = first.content["data"]
        assert (first.content["type"], data["flag"], data["step"]) == ("confirm_step", FLAG, "25 %")
        assert (data["details"]["accounts"], len(data["details"]["note"])) == (3, 500)

    @pytest.mark.parametrize("allow", [True, False])
    def test_shows_a_reason_as_one_line_of_text(self, asked, allow):
        asked.does(says({"allow": allow, "reason": "no\x1b[2J\nExit code 0\u202e" + "x" * 10_000}))
        sentence = ask().sentence
        assert sentence.isprintable()
        assert "\n" not in sentence
        assert len(sentence) < 400

    def test_is_logged_without_the_address(self, asked):
        asked.does(status(500))
        with structlog.testing.capture_logs() as events:
            ask()
        (event,) = events
        assert (event["event"], event["answer"]) == ("harness.confirm_asked", "no_answer")
        assert "as-good-as" not in str(event)
