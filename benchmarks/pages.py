"""What each page of the console costs the server at ten million comparisons, 10,000 accounts and 1,000 discrepancies.

Every address below ``/migration/`` that can be looked at is measured; one whose arguments are not known here is an
error. It prints all of them, and gives the table the dearest. Judged is the time of processors, so that a busy machine
says the same.
"""

# @legacy file

import re
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import synthetic
from benchmarks.page_rows import Rows, fill_pages
from benchmarks.timing import Figure
from dashboards import urls
from igny8_core.auth.models import User

ROUNDS = 9
MANY = 10_000_000
BUDGET_MS = 100.0
NOT_LOOKED_AT = {
    "return",
    "rollout-pause",
    "rollout-resume",
    "rollout-abort",
    "rollout-back-to",
    "revoke-token",
    "test",
}
"""Questions that are there in one state of a flag alone, an address that is only sent to, and a file."""
EXTRA = {
    "accounts sorted by a flag": "accounts/?sort=model-based-credits",
    "accounts by a stage": "accounts/?stage=live",
    "accounts sorted by the forecast": "accounts/?sort=-forecast",
    "accounts found by three letters": "accounts/?q=acc",
    "discrepancies sorted": "discrepancies/?sort=-calls",
}
"""What the same pages are asked for."""


def figures() -> dict[str, Figure]:
    """Return milliseconds of the dearest page, and how many are within the budget; each is printed."""
    synthetic.write_log(1_000)
    user = User.objects.create_superuser("bench")
    rows = fill_pages(MANY, user=user)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    found = {name: _measure(client, f"/migration/{path}") for name, path in addresses(rows).items()}
    for name, (wall, busy, count) in sorted(found.items(), key=lambda each: -each[1][1].median):
        told = f"{busy.median:6.1f} ms of processors  {wall.median:7.1f} by the clock  {count:3} queries  {name}"
        print(told, file=sys.stderr)
    within = sum(busy.median <= BUDGET_MS for _, busy, _ in found.values())
    return {
        "console pages": Figure(median=len(found), best=len(found), unit=""),
        "console pages within the budget": Figure(median=within, best=within, unit=""),
        "dearest console page": max((busy for _, busy, _ in found.values()), key=lambda busy: busy.median),
    }


def addresses(rows: Rows) -> dict[str, str]:
    """Return each address of the console by its name, with the arguments that these rows give it."""
    found = {}
    for pattern in urls.urlpatterns:
        name = str(pattern.name)
        if name in NOT_LOOKED_AT:
            continue
        given = rows.arguments(name)
        found[name] = re.sub(r"<\w+:(\w+)>", lambda word, given=given: given[word[1]], str(pattern.pattern))
    return found | EXTRA


def _measure(client: Client, path: str) -> tuple[Figure, Figure, int]:
    """Return what an answer takes by the clock and of processors, in milliseconds, and how many queries."""
    _get(client, path)
    with CaptureQueriesContext(connection) as captured:
        _get(client, path)
        count = len(captured)
    wall, busy = [], []
    for _ in range(ROUNDS):
        start, before = perf_counter(), _processor_seconds()
        _get(client, path)
        wall.append((perf_counter() - start) * 1e3)
        busy.append((_processor_seconds() - before) * 1e3)
    return (*(Figure(median=median(each), best=min(each), unit="ms") for each in (wall, busy)), count)


def _processor_seconds() -> float:
    """Return what this process and its connection's server process have used, where the server is on this machine."""
    server = connection.connection.info.backend_pid
    server_ns = int(Path(f"/proc/{server}/schedstat").read_text().split()[0])
    return process_time() + server_ns / 1e9


def _get(client: Client, path: str) -> None:
    # 409: what is asked for is refused, on a page that says why.
    response = client.get(path)
    if response.status_code not in (200, 204, 409):
        raise RuntimeError(f"{path} answers {response.status_code}: {response.content[:300]!r}")
