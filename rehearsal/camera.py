"""Pictures of the console while the plan is walked, by Chromium."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

_OPTIONS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
_WIDTH_PX: Final = 1_280
_HEIGHT_PX: Final = 900
_MOST_PX: Final = 1_800
"""How much of a long page is taken."""
_PERCENT: Final = 70
"""Quality of a picture."""
_WAIT_MS: Final = 120_000
NONE: Final = "There are no pictures: Chromium is not installed here (`apt-get install chromium`)."


class Camera(Protocol):
    """Takes pictures of the console."""

    def picture(self, path: str) -> bytes | None:
        """Return a page below ``/migration/`` as JPEG; None where there is no browser."""


class _Blind:
    def picture(self, path: str) -> bytes | None:  # noqa: ARG002  As the one that sees.
        return None


class _Chromium:
    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address

    def picture(self, path: str) -> bytes | None:
        self._page.goto(f"{self._address}/migration/{path}")
        # What the page asks for on its own is on the picture, too.
        self._page.wait_for_selector("[aria-busy=true]", state="detached")
        height = min(_MOST_PX, int(self._page.evaluate("document.documentElement.scrollHeight")))
        clip = FloatRect(x=0, y=0, width=_WIDTH_PX, height=max(height, _HEIGHT_PX))
        return self._page.screenshot(full_page=True, clip=clip, type="jpeg", quality=_PERCENT)


BLIND: Final[Camera] = _Blind()


@contextmanager
def camera(address: str, *, username: str, password: str) -> Iterator[Camera]:
    """Sign in to the console of a service, and give what takes pictures there; without Chromium it sees nothing."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        yield BLIND
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_OPTIONS)
        yield _Chromium(_signed_in(browser, address, username, password), address)
        browser.close()


def _signed_in(browser: Browser, address: str, username: str, password: str) -> Page:
    page = browser.new_page(viewport={"width": _WIDTH_PX, "height": _HEIGHT_PX})
    page.set_default_timeout(_WAIT_MS)
    page.goto(f"{address}/admin/login/?next=/migration/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{address}/migration/**")
    return page
