"""Takes each screen of the console as a picture: ``make screenshots``, into ``.run/screenshots``.

It starts a demo of its own beside whatever runs, and ends it. Three widths, light and dark; ARGS=--only=accounts takes
the screens of that name alone.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.progress import track

ROOT: Final = Path(__file__).resolve().parents[2]
INTO: Final = ROOT / ".run/screenshots"
DEMO: Final = ROOT / ".run/screenshots-demo"
WIDTHS_PX: Final = {1_440: 900, 1_024: 768, 390: 844}
THEMES: Final = ("light", "dark")
FLAG: Final = "model-based-credits"
SCREENS: Final = {
    "overview": "?asked", "brakes": "brakes/", "accounts": "accounts/", "discrepancies": "discrepancies/",
    "flags": "flags/", "flag": f"flags/{FLAG}/", "phase": "phases/4/", "seams": "seams/", "evidence": "evidence/",
    "rollouts": "rollouts/", "rollout": f"rollouts/{FLAG}/", "start a rollout": f"rollouts/{FLAG}/start/",
    "changes": "changes/", "approvals": "approvals/", "explanations": "explanations/", "forecast": "forecast/",
    "heal": "heal/", "trial balance": "trial-balance/", "criteria": "criteria/", "errors": "errors/",
    "legacy": "legacy/", "legacy remaining": "legacy/remaining/", "notices": "notices/",
    "recordings": "recordings/", "certificate": "certificate/", "tokens": "tokens/", "not found": "flags/nosuch/",
}  # fmt: skip
FIRST_OF: Final = {
    "account": ("accounts/", "td[data-label=Account] a"),
    "discrepancy": ("discrepancies/", "td[data-label=Discrepancy] a"),
    "recording": ("recordings/", "main td a"),
}
"""Screens of one thing: the list, and the links of which the first leads to one."""
say: Final = Console(highlight=False)
WAIT_SECONDS: Final = 600
WAIT_MS: Final = 120_000


def main() -> int:
    """Start the demo, take the pictures, and end it."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="a screen; may be said several times"
    )
    only = parser.parse_args().only
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        say.print("Chromium is not installed here: apt-get install chromium")
        return 1
    with demo() as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = _signed_in(browser, address, password)
        screens = {name: path for name, path in _screens(page, address).items() if not only or name in only}
        faults = _take_all(browser, page, address, screens)
        browser.close()
    say.print(f"{len(screens) * len(WIDTHS_PX) * len(THEMES)} pictures are in {INTO.relative_to(ROOT)}.")
    for fault in faults:
        say.print(fault)
    return 1 if faults else 0


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """Run the service with its demo on free ports, and give its address and the operator's password."""
    port = _free_port()
    environment = {**os.environ, "PORT": str(port), "IGNY8_RUN_DIR": str(DEMO)}
    DEMO.mkdir(parents=True, exist_ok=True)
    with (DEMO / "output.log").open("w") as output:
        service = subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            say.print(f"Starting the demo; it says what it does in {(DEMO / 'output.log').relative_to(ROOT)}.")
            _wait_for(f"http://127.0.0.1:{port}/healthz", service)
            asking = "from igny8_core.preparation import operator_password; print(operator_password())"
            asked = subprocess.run(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", asking],
                cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
            )  # fmt: skip
            yield f"http://127.0.0.1:{port}", asked.stdout.split()[-1]
        finally:
            service.send_signal(signal.SIGINT)
            service.wait(WAIT_SECONDS)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(address: str, service: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if service.poll() is not None:
            raise SystemExit(f"The demo did not start: {(DEMO / 'output.log').relative_to(ROOT)}")
        with suppress(httpx.HTTPError):
            if httpx.get(address, timeout=10, trust_env=False).is_success:
                return
        time.sleep(0.5)
    raise SystemExit(f"{address} does not answer.")


def _signed_in(browser: Browser, address: str, password: str) -> Page:
    page = browser.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{address}/admin/login/?next=/migration/")
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{address}/migration/**")
    return page


def _screens(page: Page, address: str) -> dict[str, str]:
    """Return the path of every screen by its name; of one thing, where the demo has one."""
    found = dict(SCREENS)
    for name, (path, link) in FIRST_OF.items():
        page.goto(f"{address}/migration/{path}")
        links = page.locator(link)
        if links.count():
            found[name] = str(links.first.get_attribute("href")).removeprefix("/migration/")
    return found


def _take_all(browser: Browser, signed_in: Page, address: str, screens: dict[str, str]) -> list[str]:
    """Take every screen in every width and theme; returns what is wider than its window."""
    faults, kept = [], signed_in.context.storage_state()
    shutil.rmtree(INTO, ignore_errors=True)
    INTO.mkdir(parents=True)
    looks = [(width, height, theme) for width, height in WIDTHS_PX.items() for theme in THEMES]
    for width, height, theme in track(looks, console=say, description="Taking pictures"):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, storage_state=kept, reduced_motion="reduce"
        )
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        for name, path in screens.items():
            page.goto(f"{address}/migration/{path}")
            page.screenshot(path=INTO / f"{name.replace(' ', '-')}-{width}-{theme}.png", full_page=True)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append(f"{name} at {width} px, {theme}: it is {wide} px wide, and scrolls sideways.")
        context.close()
    return faults


if __name__ == "__main__":
    sys.exit(main())
