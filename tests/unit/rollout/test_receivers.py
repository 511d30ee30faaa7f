"""Who is told, by the settings: what cannot be used is refused at the start, and no secret is said."""

import traceback

import pytest

from migration_harness.checks import check_notices
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.rollout.notices.receivers import receivers
from migration_harness.secret import Secret
from tests.receiver import SECRET

URL = "https://hooks.example.com/T0/B0/as-good-as-a-password"


@pytest.fixture
def say(settings):
    def say(**notices):
        settings.HARNESS = settings.HARNESS | {"NOTICES": notices}
        return receivers()

    return say


class TestReceivers:
    @pytest.mark.parametrize("said", [{}, None], ids=str)
    def test_are_nobody_where_nothing_is_said(self, settings, said):
        settings.HARNESS = settings.HARNESS | {"NOTICES": said}
        assert (receivers().addresses, receivers().confirm) == ([], None)

    def test_are_the_webhook_and_each_address(self, say):
        told = say(url=URL, secret=SECRET, emails=["a@example.com", "b@example.com", "a@example.com"])
        assert told.addresses == [("webhook", ""), ("email", "a@example.com"), ("email", "b@example.com")]

    @pytest.mark.parametrize(
        "url",
        ["http://127.0.0.1:9/x", "http://127.9.9.9/", "http://localhost:9/", "http://[::1]:9/", "https://10.0.0.7/x"],
    )
    def test_may_be_on_this_machine_in_clear_and_anywhere_by_https(self, say, url):
        assert say(url=url, secret=SECRET).webhook.url == url

    def test_may_be_asked_in_clear_where_that_is_said(self, say):
        told = say(url="http://hooks.internal/x", secret=SECRET, plain_hosts=["hooks.internal"])
        assert told.webhook.host == "hooks.internal"

    @pytest.mark.parametrize("name", ["url", "confirm_url"])
    @pytest.mark.parametrize(
        "url",
        [
            "http://hooks.example.com/x", "http://localhost.example.com/", "http://0.0.0.0/", "http://127.0.0.1.nip.io/",
            "ftp://hooks.example.com/", "file:///etc/passwd", "hooks.example.com/x", "https://", "https:///x", "//x/y",
            "https://ada:hunter2@hooks.example.com/", "https://hooks.example.com/#x", "https://hooks.example.com:x/",
            "https://hooks.example.com/a b", "https://hooks.example.com/\n", "https://exämple.com/", "https://[::1/", 7,
            # What two readers of an address may read in two ways.
            "http://[::1]hooks.example.com/", "http://127.0.0.1\\@hooks.example.com/", "http://127.0.0.1\\.example.com/",
            "https://hooks.example.com:0/", "https://hooks.example.com:65979/", "https://0177.0.0.1/", "http://2130706433/",
            "http://127.1/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://localhost./",
        ],
    )  # fmt: skip
    def test_are_refused_at_an_address_that_cannot_be_used(self, say, name, url):
        with pytest.raises(HarnessMisconfigured, match=name) as refused:
            say(secret=SECRET, **{name: url})
        assert "hunter2" not in str(refused.value)

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({"url": URL}, "no secret"),
            ({"confirm_url": URL}, "no secret"),
            ({"url": URL, "secret": []}, "no secret"),
            ({"url": URL, "secret": "hunter2"}, "24 to 64"),
            ({"url": URL, "secret": [SECRET, "hunter2"]}, "24 to 64"),
            ({"url": URL, "secret": 7}, "neither"),
            ({"emails": "ada@example.com"}, "list"),
            ({"emails": ["ada"]}, "no address"),
            ({"emails": ["ada@example.com\nBcc: eve@example.com"]}, "no address"),
            ({"timeout_seconds": 0}, "1 to 60"),
            ({"timeout_seconds": 61}, "1 to 60"),
            ({"timeout_seconds": True}, "1 to 60"),
            ({"timeout_seconds": "10"}, "1 to 60"),
            ({"give_up_days": 31}, "1 to 30"),
            ({"keep_days": 0}, "1 to"),
            ({"plain_hosts": "x"}, "list"),
            ({"URL": URL}, "unknown keys: URL"),
        ],
        ids=str,
    )
    def test_are_refused_with_the_reason(self, say, said, why):
        with pytest.raises(HarnessMisconfigured, match=why) as refused:
            say(**said)
        assert "hunter2" not in str(refused.value)
        assert "as-good-as" not in str(refused.value)
        assert [each.id for each in check_notices()] == ["migration_harness.E030"]

    def test_leave_no_secret_in_a_variable_that_a_traceback_shows(self, settings):
        settings.HARNESS = settings.HARNESS | {"NOTICES": {"url": URL, "secret": [SECRET, "whsec_hunter2"]}}
        try:
            receivers()
        except HarnessMisconfigured as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
            ours = [frame for frame in shown.stack if "/rollout/notices/" in frame.filename]
        assert ours
        text = "".join(str(frame.locals) for frame in ours)
        assert ("hunter2" in text, SECRET in text) == (False, False)

    def test_are_refused_as_anything_but_a_dictionary(self, settings):
        settings.HARNESS = settings.HARNESS | {"NOTICES": [URL]}
        with pytest.raises(HarnessMisconfigured, match="dictionary"):
            receivers()

    def test_are_right_for_the_check(self, say):
        say(url=URL, secret=SECRET)
        assert check_notices() == []

    @pytest.mark.parametrize("secret", [SECRET, Secret(SECRET), [SECRET], (Secret(SECRET),)], ids=type)
    def test_show_neither_the_secret_nor_the_path(self, say, secret):
        shown = repr(say(url=URL, confirm_url=URL, secret=secret))
        assert SECRET not in shown
        assert "as-good-as" not in shown
        assert "hooks.example.com" in shown
