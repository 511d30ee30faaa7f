"""The whole test suite runs on real servers: those of the environment, else the embedded ones."""

from contextlib import ExitStack

import pytest

from igny8_core import embedded


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the servers up before a test database is created, and until it is dropped."""
    if session.config.option.collectonly:
        return
    servers = ExitStack()
    session.config.add_cleanup(servers.close)
    servers.enter_context(embedded.hold())
