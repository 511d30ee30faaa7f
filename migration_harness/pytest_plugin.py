"""Fixtures for the tests of a host: pytest finds them by the entry point of the wheel.

Nothing of Django or of the harness is imported before a test wants it: pytest loads this wherever the wheel is
installed, also where there is no Django project. What the fixtures do is in :mod:`migration_harness.testing`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from migration_harness.testing import Compared

_WATCH: Final = pytest.StashKey[Any]()
"""Of a test: what has differed in it."""
_APP: Final = "migration_harness"


@pytest.fixture
def harness_flags() -> Iterator[Callable[..., None]]:
    """Lay flags over those of the database until the test ends, as ``harness_flags(rebates="live")``; the last wins."""
    from migration_harness.testing import flags_at

    with ExitStack() as laid:

        def lay(*flags: object, **stages: str) -> None:
            laid.enter_context(flags_at(*flags, **stages))  # type: ignore[arg-type]  # It says what it takes.

        yield lay


@pytest.fixture
def raise_on_mismatch(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test where the sides of a seam differ in it."""
    with _watching(request):
        yield


@pytest.fixture
def comparisons() -> "Iterator[list[Compared]]":
    """Give what is compared in the test, in order."""
    from migration_harness.testing import comparisons as compared

    with compared() as found:
        yield found


@pytest.fixture(autouse=True)
def _harness_in_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Raise what differs where the settings say so, and leave no comparison to the next test.

    One that found no database, in a test that may not ask any, would be written by the next test that may.
    """
    if not _is_installed():
        yield
        return
    from migration_harness.conf import runs_in_background, setting
    from migration_harness.log import recorder
    from migration_harness.testing import preparing

    preparing.prepare()
    with _watching(request) if setting("RAISE_ON_MISMATCH", default=False) else ExitStack():
        yield
    if not runs_in_background():
        recorder.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail the test itself, and not what is done after it, with what somebody caught on the way."""
    __tracebackhide__ = True
    yield
    if (watch := item.stash.get(_WATCH, None)) is not None:
        watch.raise_all()


def _watching(request: pytest.FixtureRequest) -> ExitStack:
    from migration_harness.testing import raise_on_mismatch as raising

    watched, raised = ExitStack(), raising()
    request.node.stash[_WATCH] = raised.enable()
    watched.callback(raised.disable)
    return watched


def _is_installed() -> bool:
    """Tell whether this is a Django project that has the app."""
    apps = getattr(sys.modules.get("django.apps"), "apps", None)
    return apps is not None and apps.ready and apps.is_installed(_APP)
