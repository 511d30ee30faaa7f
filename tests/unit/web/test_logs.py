"""What gunicorn says."""

import pytest
from gunicorn.config import Config

from igny8_core.web.logs import Logger
from migration_harness.errors import reporter


@pytest.fixture
def log(monkeypatch):
    monkeypatch.setattr(reporter, "_reporter", reporter.Reporter())
    made = Logger(Config())
    yield made
    made.error_log.handlers.clear()
    made.access_log.handlers.clear()


class TestLogger:
    @pytest.mark.parametrize("level", ["error", "critical", "exception"])
    def test_has_its_errors_counted(self, log, level, capsys):
        getattr(log, level)("WORKER TIMEOUT (pid:%s)", 7)
        seen, _ = reporter.counts().take()
        assert [tuple(each) for each in seen] == [("WORKER TIMEOUT (pid:%s)", "gunicorn.error")]

    def test_writes_as_the_service_does(self, log, monkeypatch, capfd):
        monkeypatch.setenv("IGNY8_ENV", "production")
        made = Logger(Config())
        made.error("WORKER TIMEOUT (pid:%s)", 7)
        assert '"event": "WORKER TIMEOUT (pid:7)"' in capfd.readouterr().err

    def test_has_no_warning_counted(self, log):
        log.warning("Invalid request from ip=%s", "10.0.0.1")
        assert not reporter.counts()
