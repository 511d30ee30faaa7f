"""The log of the service."""

import io
import json
import logging
import logging.config
from contextlib import contextmanager

import pytest
import structlog

from igny8_core.structured_logging import logging_config
from tests.hostile import ALL, raw_in


class Named:
    def __repr__(self):
        return "<\x1b[31mNamed\n>"


@contextmanager
def configured(*, as_json):
    before = structlog.get_config()
    try:
        logging.config.dictConfig(logging_config(json=as_json, level="INFO"))
        # As where nobody has a terminal: colours are escape sequences of our own.
        for handler in logging.getLogger().handlers:
            for processor in getattr(handler.formatter, "processors", ()):
                if isinstance(processor, structlog.dev.ConsoleRenderer):
                    processor.colors = False
        yield
    finally:
        logging.config.dictConfig(logging_config(json=False, level="INFO"))
        # Last: a logger that was used before keeps this list of processors, which capture_logs changes.
        structlog.configure(**before)


def log_everything(text):
    """Say a text wherever a log line has a place for one: ours and a library's, with an error and without."""
    log = structlog.get_logger("harness")
    log.warning("harness.mismatch", seam=text, group=[text], thing=Named(), **{f"x{text}": 1})
    log.warning(text)
    logging.getLogger("django.request").warning("Not Found: %s", text)
    log.error("igny8.api_failed", exc_info=ValueError(text))
    logging.getLogger("celery").error(text, exc_info=ValueError(text), stack_info=True)


class TestLog:
    def test_is_configured_to_show_json_in_production(self, capsys):
        with configured(as_json=True):
            structlog.get_logger("harness").warning("harness.mismatch", seam="credits.text")
            line = capsys.readouterr().err.strip().splitlines()[-1]
        assert json.loads(line)["event"] == "harness.mismatch"

    @pytest.mark.parametrize("as_json", [True, False], ids=["json", "lines"])
    def test_has_no_text_that_is_more_than_a_text(self, capsys, as_json):
        with configured(as_json=as_json):
            for name, text in ALL.items():
                log_everything(text)
                told = capsys.readouterr().err
                assert raw_in(told) == "", name
                assert as_json or "\nroot did rollback" not in told, name


@contextmanager
def talking(name):
    """A logger that somebody has set to DEBUG, as OPENAI_LOG does, and what a handler of the root hears of it."""
    family = [logging.getLogger(each) for each in (name.partition(".")[0], name)]
    before, root = [each.level for each in family], logging.getLogger()
    with configured(as_json=True):
        # As an error tracker has one.
        root.addHandler(another := logging.StreamHandler(heard := io.StringIO()))
        for each in family:
            each.setLevel(logging.DEBUG)
        try:
            yield family[-1], heard
        finally:
            root.removeHandler(another)
            for each, level in zip(family, before, strict=True):
                each.setLevel(level)


@pytest.mark.parametrize("name", ["openai._base_client", "httpx2", "httpcore2.http11", "httpcore2.proxy"])
class TestClientsOfProviders:
    """At DEBUG they tell the headers of an answer, at INFO its address; a provider may say the key in both."""

    def test_tell_nobody_what_passes_whatever_their_level(self, name, capsys):
        with talking(name) as (client, heard):
            client.debug("receive_response_headers.complete %r", [(b"X-Echo", b"sk-1234")])
            client.info("HTTP Request: POST %s", "https://api.example.com/sk-1234")
            assert (client.isEnabledFor(logging.DEBUG), heard.getvalue(), capsys.readouterr().err) == (True, "", "")

    def test_tell_once_what_goes_wrong(self, name, capsys):
        with talking(name) as (client, _):
            client.warning("It goes wrong.")
            assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["It goes wrong."]
