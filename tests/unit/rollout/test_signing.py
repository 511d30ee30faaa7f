"""Signatures of webhooks: whoever shares the secret knows who has sent one, and that nothing was changed."""

import base64
import re
import traceback
from pathlib import Path

import pytest

from migration_harness.api import verify_webhook
from migration_harness.exceptions import HarnessMisconfigured, WebhookRefused
from migration_harness.rollout.notices.signing import signed_headers
from migration_harness.secret import Secret
from tests.receiver import SECRET

NOW = 1_780_000_000
BODY = '{"type":"rolled_back","data":{"subject":"ä"}}'.encode()
OTHER = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "be-told-of-rollouts.md"


def headers(*secrets, at=NOW, body=BODY):
    return signed_headers([Secret(each) for each in secrets or (SECRET,)], key="0b5c", at=at, body=body)


def verified(given, *, body=BODY, secret=SECRET, now=NOW):
    return verify_webhook(secret=secret, headers=given, body=body, now=now)


def by_the_page(given, *, body=BODY, secret=SECRET, now=NOW):
    """Verify as the receiver of the how-to does."""
    (code,) = re.findall(r"```python\n(import base64.*?)```", PAGE.read_text(), re.DOTALL)
    names = {}
    exec(code, names)  # noqa: S102  Of our own page.
    if (key := names["verified"](given, body, secret=secret, now=now)) is None:
        raise WebhookRefused
    return key


class TestASignature:
    def test_is_the_one_of_the_specification(self):
        # The example of the specification's own libraries.
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        key, at, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
        made = signed_headers([Secret(secret)], key=key, at=at, body=body)
        assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_carries_one_by_each_secret_that_is_in_use(self):
        given = headers(OTHER, SECRET)
        assert [verified(given, secret=each) for each in (SECRET, OTHER)] == ["0b5c", "0b5c"]

    def test_is_found_whatever_the_case_of_the_names(self):
        assert verified({name.title(): value for name, value in headers().items()}) == "0b5c"


@pytest.mark.parametrize("verify", [verified, by_the_page], ids=["ours", "of the how-to"])
class TestVerifying:
    def test_returns_the_id(self, verify):
        assert verify(headers()) == "0b5c"

    @pytest.mark.parametrize("at", range(len(BODY)))
    def test_refuses_a_changed_byte(self, verify, at):
        changed = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
        with pytest.raises(WebhookRefused):
            verify(headers(), body=changed)

    @pytest.mark.parametrize(
        "changed",
        [
            {"webhook-id": "0b5d"},
            {"webhook-timestamp": str(NOW + 1)},
            {"webhook-signature": headers()["webhook-signature"].replace("v1,", "v2,")},
            {"webhook-signature": headers()["webhook-signature"][:-4]},
            {"webhook-signature": ""},
            {"webhook-signature": "v1,ä"},
            {"webhook-timestamp": "soon"},
            {"webhook-timestamp": "9" * 5_000},
            {"webhook-timestamp": f"-{NOW}"},
            {"webhook-timestamp": "²"},
            {"webhook-id": ""},
        ],
        ids=lambda changed: str(changed)[:40],
    )
    def test_refuses_a_changed_header(self, verify, changed):
        with pytest.raises(WebhookRefused):
            verify({**headers(), **changed})

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_refuses_what_lacks_a_header(self, verify, name):
        given = headers()
        del given[name]
        with pytest.raises(WebhookRefused):
            verify(given)

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_refuses_what_was_signed_at_another_time(self, verify, seconds):
        with pytest.raises(WebhookRefused):
            verify(headers(at=NOW - seconds))

    @pytest.mark.parametrize("seconds", [-299, 299])
    def test_bears_clocks_that_differ(self, verify, seconds):
        assert verify(headers(at=NOW - seconds)) == "0b5c"

    def test_refuses_another_secret(self, verify):
        with pytest.raises(WebhookRefused):
            verify(headers(), secret=OTHER)


class TestASecret:
    @pytest.mark.parametrize(
        "text", ["", "hunter2", "whsec_", "whsec_hunter2!", "whsec_aHVudGVyMg==", SECRET.removeprefix("whsec_"),
                 f"whsec_{base64.b64encode(bytes(65)).decode()}"],
    )  # fmt: skip
    def test_that_cannot_sign_is_refused_and_not_said(self, text):
        with pytest.raises(HarnessMisconfigured) as refused:
            headers(text)
        assert "whsec_ and 24 to 64 random bytes" in str(refused.value)
        assert not text.removeprefix("whsec_") or text.removeprefix("whsec_") not in str(refused.value)

    def test_is_in_no_variable_that_a_traceback_shows(self):
        try:
            headers("whsec_hunter2hunter2!")
        except HarnessMisconfigured as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
            ours = [frame for frame in shown.stack if frame.filename.endswith("notices/signing.py")]
        assert ours
        assert "hunter2" not in "".join(str(frame.locals) for frame in ours)
