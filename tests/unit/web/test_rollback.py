"""The web server that rolls back, and does nothing else."""

import pytest

from igny8_core.web import rollback


@pytest.fixture
def asked(monkeypatch):
    """Return what of a path is answered: by the service, or the status."""
    monkeypatch.setattr(rollback, "service", lambda environ, _: [b"the service"])

    def ask(path):
        said = []
        (body,) = rollback.application({"PATH_INFO": path}, lambda status, _: said.append(status))
        return said[0] if said else body.decode()

    return ask


class TestRollbackServer:
    @pytest.mark.parametrize("path", ["/migration/flags/model-selection/rollback/", "/admin/login/", "/migration/"])
    def test_answers_what_leads_to_a_rollback(self, asked, path):
        assert asked(path) == "the service"

    @pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/planner/keywords/", "/migration/heal/", "/nowhere"])
    def test_answers_nothing_else(self, asked, path):
        assert asked(path) == "404 Not Found"
