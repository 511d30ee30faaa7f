"""Which environment a process is in, and with what it does not start."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from igny8_core.settings.environment import is_production
from igny8_core.settings.reading import header_of, level_of, seconds_of, whole_of
from igny8_core.settings.refusals import (
    readable_field_keys,
    refuse_any_host,
    refuse_guessable,
    refuse_open_folders,
    refuse_weak,
)

URL = "postgres://user:hunter2@db.example/igny8"
FIRST, SECOND = (Fernet.generate_key().decode() for _ in range(2))


def refused(function, *arguments, **named):
    """Return the one line that says why, which quotes no secret."""
    with pytest.raises(ImproperlyConfigured) as error:
        function(*arguments, **named)
    told = str(error.value)
    assert "\n" not in told
    assert "hunter2" not in told
    return told


class TestEnvironment:
    @pytest.mark.parametrize(
        ("environment", "production"),
        [
            ({}, False),
            ({"IGNY8_ENV": ""}, False),
            ({"IGNY8_ENV": "local"}, False),
            ({"IGNY8_ENV": "local", "DATABASE_URL": URL}, False),
            ({"IGNY8_ENV": "production"}, True),
            ({"IGNY8_ENV": "production", "DATABASE_URL": URL}, True),
            ({"DATABASE_URL": ""}, False),
        ],
        ids=str,
    )
    def test_is_what_it_is_named(self, environment, production):
        assert is_production(environment) is production

    @pytest.mark.parametrize("named", [{}, {"IGNY8_ENV": ""}], ids=["unset", "empty"])
    def test_must_be_named_for_a_database_of_ones_own(self, named):
        told = refused(is_production, named | {"DATABASE_URL": URL})
        assert "IGNY8_ENV=local" in told
        assert "IGNY8_ENV=production" in told

    @pytest.mark.parametrize("word", ["prod", "Production", "production ", "staging", "test"])
    def test_is_one_of_two(self, word):
        told = refused(is_production, {"IGNY8_ENV": word})
        assert repr(word) in told
        assert "local" in told
        assert "production" in told


class TestSecretKey:
    @pytest.mark.parametrize(
        "key",
        ["", "hunter2", "hunter2" * 7, "a" * 60, "abcd" * 20, "django-insecure-hunter2" + "0123456789" * 5],
        ids=["empty", "word", "49 characters", "one character", "four characters", "startproject"],
    )
    def test_that_is_weak_is_refused(self, key):
        told = refused(refuse_weak, key)
        assert told.startswith("DJANGO_SECRET_KEY ")
        assert "token_urlsafe" in told

    def test_that_is_made_as_the_sentence_says_is_taken(self):
        import secrets

        refuse_weak(secrets.token_urlsafe(50))


class TestOtherSecret:
    @pytest.mark.parametrize("text", ["h", "hunter2", "x" * 60, "ab" * 30], ids=len)
    def test_that_can_be_guessed_is_refused(self, text):
        told = refused(refuse_guessable, "HARNESS_METRICS_TOKEN", text)
        assert told.startswith("HARNESS_METRICS_TOKEN ")
        assert "token_urlsafe" in told

    @pytest.mark.parametrize("text", ["", FIRST], ids=["none", "random"])
    def test_that_is_random_or_opens_nothing_is_taken(self, text):
        refuse_guessable("HARNESS_METRICS_TOKEN", text)


class TestHosts:
    @pytest.mark.parametrize("hosts", [["*"], ["shop.example", " * "], ["."]], ids=str)
    def test_that_are_any_are_refused(self, hosts):
        assert refused(refuse_any_host, hosts).startswith("ALLOWED_HOSTS ")

    def test_that_are_named_are_taken(self):
        refuse_any_host(["shop.example", ".shop.example", "[::1]", ""])


class TestFieldKeys:
    def test_are_taken_newest_first(self):
        assert readable_field_keys(f" {FIRST}, {SECOND} ,") == [FIRST, SECOND]

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("hunter2", "number 1 of 1"),
            (f"{FIRST},hunter2", "number 2 of 2"),
            (f"{FIRST[:-4]},{SECOND}", "number 1 of 2"),
            (f"{FIRST},schlüssel", "number 2 of 2"),
        ],
        ids=["a word", "the older one", "cut", "not ASCII"],
    )
    def test_that_cannot_be_read_are_refused(self, text, number):
        told = refused(readable_field_keys, text)
        assert told.startswith("IGNY8_FIELD_KEYS ")
        assert number in told
        assert not any(key and key in told for key in text.split(","))

    @pytest.mark.parametrize("text", ["", " , "], ids=["empty", "commas"])
    def test_are_needed(self, text):
        assert "IGNY8_FIELD_KEYS" in refused(readable_field_keys, text)


class TestFolders:
    @pytest.mark.parametrize(
        ("mode", "is_open"), [(0o700, False), (0o755, False), (0o775, False), (0o777, True), (0o1777, True)]
    )
    def test_that_everybody_may_write_are_refused(self, tmp_path, mode, is_open):
        folder = tmp_path / "run"
        folder.mkdir()
        folder.chmod(mode)
        if is_open:
            assert f"chmod o-w {folder}" in refused(refuse_open_folders, tmp_path, folder)
        else:
            refuse_open_folders(tmp_path, folder)

    def test_that_are_not_there_yet_are_not(self, tmp_path):
        refuse_open_folders(tmp_path / "media")


class TestHeaderOfTheProxy:
    @pytest.mark.parametrize(
        ("text", "header"),
        [
            ("", None),
            ("X-Forwarded-Proto=https", ("HTTP_X_FORWARDED_PROTO", "https")),
            ("X-Forwarded-Ssl=on", ("HTTP_X_FORWARDED_SSL", "on")),
        ],
    )
    def test_is_read(self, text, header):
        assert header_of("IGNY8_PROXY_HEADER", {"IGNY8_PROXY_HEADER": text}) == header

    @pytest.mark.parametrize("text", ["X-Forwarded-Proto", "=https", "X_Forwarded_Proto=https", "X-Forwarded-Proto="])
    def test_that_is_none_is_refused(self, text):
        told = refused(header_of, "IGNY8_PROXY_HEADER", {"IGNY8_PROXY_HEADER": text})
        assert "X-Forwarded-Proto=https" in told


class TestSeconds:
    @pytest.mark.parametrize(("text", "seconds"), [("", 9), ("0", 0), ("3600", 3600)])
    def test_are_a_number(self, text, seconds):
        assert seconds_of("IGNY8_HSTS_SECONDS", {"IGNY8_HSTS_SECONDS": text}, default=9) == seconds

    @pytest.mark.parametrize("text", ["1 year", "-1", "1.5", "٣"])
    def test_that_are_none_are_refused(self, text):
        told = refused(seconds_of, "IGNY8_HSTS_SECONDS", {"IGNY8_HSTS_SECONDS": text}, default=9)
        assert "number of seconds" in told


class TestWholeNumber:
    @pytest.mark.parametrize(("text", "number"), [("", 7), ("1", 1), ("10", 10)])
    def test_is_read(self, text, number):
        assert whole_of("NUMBER", {"NUMBER": text}, default=7, least=1, most=10) == number

    @pytest.mark.parametrize("text", ["0", "11", "-1", "1.5", "1 %", "٣", "9" * 5_000])
    def test_that_is_none_or_past_its_bounds_is_refused(self, text):
        assert "from 1 to 10" in refused(whole_of, "NUMBER", {"NUMBER": text}, default=7, least=1, most=10)


class TestLevelOfTheLog:
    @pytest.mark.parametrize(("text", "level"), [("", "INFO"), ("warning", "WARNING"), ("ERROR", "ERROR")])
    def test_is_read(self, text, level):
        assert level_of("IGNY8_LOG_LEVEL", {"IGNY8_LOG_LEVEL": text}, default="INFO") == level

    def test_that_is_none_is_refused(self):
        assert "WARNING" in refused(level_of, "IGNY8_LOG_LEVEL", {"IGNY8_LOG_LEVEL": "loud"}, default="INFO")
