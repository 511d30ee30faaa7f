"""A real browser on the real service."""

import os
import shutil
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import expect, sync_playwright

from igny8_core.auth.models import Account, User
from igny8_core.business.billing import remembered
from migration_harness import testing
from migration_harness.control.flips import FlagChange, change_flag
from tests.integration.kept_demo import KeptDemo
from tests.people import trusted

from .pages import Customer

CHROMIUM_OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
WAIT_MS = 120_000
expect.set_options(timeout=WAIT_MS)
PASSWORD = "correct horse battery staple"

_numbers = count()


@pytest.fixture(scope="package")
def chromium():
    """Chromium without a window and with a fresh profile; Debian's, for Playwright's own is a download.

    For this package alone: as long as Playwright's loop runs in this thread, Django takes every caller for an
    asynchronous one.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        unavailable("Chromium is not installed: `apt-get install chromium`.")
    if not Path(settings.FRONTEND_DIST, "index.html").exists():
        unavailable("The frontend is not built: `make frontend`.")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def unavailable(why):
    """Skip on a machine that cannot do it, except where all tests must run."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="package")
def kept_demo(chromium, django_db_setup, django_db_blocker):
    """The demo as rows: beside browsers and a server at work, its flips had to be quicker than they sometimes are."""
    with django_db_blocker.unblock():
        return KeptDemo()


@pytest.fixture
def new_page(chromium, live_server, kept_demo):
    """Open a browser on the demo's accounts; at the end nothing may have failed or been refused in its pages."""
    testing.forget()
    remembered.forget()
    kept_demo.put()
    contexts, faults = [], []

    def open_browser(**options):
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.extend(foreign(request.url, live_server.url)))
        page.on("console", lambda message: faults.extend(refused(f"{message.text} {message.location}")))
        return page

    yield open_browser
    for context in contexts:
        context.close()
    testing.forget()
    assert faults == []


@pytest.fixture
def customer(new_page):
    """Open a customer's browser."""

    def open_browser(account_name="Blue Harbour", **options):
        user = a_user_of(account_name)
        return Customer(new_page(**options), user=user, password=PASSWORD)

    return open_browser


@pytest.fixture
def signed_in(new_page):
    """Open the browser of one of the staff, signed in by hand in the admin."""

    def open_browser(name, **options):
        page = new_page(**options)
        page.goto("/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        return page

    return open_browser


@pytest.fixture
def operator(signed_in):
    """Open an operator's browser, signed in by hand."""
    name = f"ada-{next(_numbers)}"
    User.objects.create_superuser(name, password=PASSWORD)
    return partial(signed_in, name)


@pytest.fixture
def colleague(signed_in):
    """Open the browser of somebody new who may operate and approve, and pass nothing; returns the name and the page."""

    def open_browser(name):
        user = trusted(f"{name}-{next(_numbers)}", password=PASSWORD)
        return user.username, signed_in(user.username)

    return open_browser


def a_user_of(account_name):
    """Create a user under a name that nobody has tried yet: attempts are counted by name."""
    return User.objects.create_user(
        f"cora-{next(_numbers)}", password=PASSWORD, account=Account.objects.get(name=account_name)
    )


def refused(message):
    """Return a line of the browser's console, in a list, where the page was refused something by its policy."""
    return [message] if "Content Security Policy" in message or "Permissions-Policy" in message else []


def foreign(url, own):
    """Return the address of another server, in a list; the pages need none."""
    return [] if url.startswith(("data:", "blob:")) or urlsplit(url).netloc == urlsplit(own).netloc else [url]


@pytest.fixture
def database_choices(customer):
    """Switch the choices of the database on for all accounts."""

    def switch(*, everyone):
        """Without legacy code they are on."""
        # @legacy begin
        for name in ("model-selection", "model-based-credits", "ai-models-endpoint", "dynamic-model-choices"):
            change_flag(name=name, change=FlagChange(everyone=everyone), actor="ada")
        # @legacy end

    switch(everyone=True)
    return switch
