"""The whole test suite runs on real servers and one test database: those of the environment, else the embedded ones."""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from igny8_core import embedded
from igny8_core.embedded.postgres import Postgres
from tests.left_behind import Triggers, commits
from tests.selection import deselect

# A property holds on a slow machine too: how long an example takes is nobody's failure. A fixture that is made once for
# all examples is meant: each of them leaves nothing behind.
hypothesis_settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("suite")


_OF_THE_SERVER = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
"""The tests' own data have to survive no crash of the machine, and there is a server for each worker."""
_LONGEST = ("tests/acceptance/", "tests/race/", "tests/browser/", "tests/integration/")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the servers up before a test database is created, and until it is dropped; workers have their own."""
    if session.config.option.collectonly:
        return
    if session.config.getoption("dist", "no") != "no":
        session.config.add_cleanup(_stop_what_workers_left)
        return
    servers = ExitStack()
    session.config.add_cleanup(servers.close)
    servers.enter_context(embedded.hold())
    if "DATABASE_URL" not in os.environ:
        for setting, value in _OF_THE_SERVER.items():
            Postgres().query(f"ALTER SYSTEM SET {setting} = '{value}'")
        Postgres().query("SELECT pg_reload_conf()")


def _stop_what_workers_left() -> None:
    """Stop the servers of workers that were ended before they could."""
    for folder in Path(os.environ["IGNY8_TESTS_DIR"]).glob("gw*"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("IGNY8_RUN_DIR", str(folder))
            embedded.stop()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Let Python look for garbage only among what tests make.

    Modules and thousands of tests stay to the end: to look through them again and again takes longer than to make them.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what other cases cover, and let the files come first whose tests take longest.

    So no worker waits for another one's at the end.

    A name that is another in each process would keep workers from sharing the tests: it is refused at once.
    """
    if unstable := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"{unstable[0]} has an address in its name. Give its parameters ids.")
    deselect(config, items)
    items.sort(key=lambda item: [not item.nodeid.startswith(folder) for folder in _LONGEST])


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001  Comes first.
    """Create the test database for every test, whether it says so in a mark or in a fixture."""
    with django_db_blocker.unblock():
        # No test here begins with rows of migrations that another one has taken away.
        databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


@pytest.fixture(scope="session")
def triggers(django_db_setup: None, django_db_blocker: Any) -> Triggers:  # noqa: ARG001  Comes first.
    """What the database does by itself, as migrations made it."""
    with django_db_blocker.unblock():
        return Triggers()


@pytest.fixture(autouse=True)
def _leaves_triggers_as_they_were(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    if not commits(request):
        yield
        return
    triggers: Triggers = request.getfixturevalue("triggers")
    yield
    with django_db_blocker.unblock():
        triggers.compare()
