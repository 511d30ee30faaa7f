"""What it costs to look, at a thousand comparisons and at ten million, and how fast comparisons are folded.

The ten million are rollups as a month of them leaves behind, and behind them what came in since the last fold. There
are ten thousand accounts, and at ten million a thousand discrepancies.
"""

from collections.abc import Callable
from time import perf_counter

from django.contrib.auth import get_user_model
from django.test import Client

from benchmarks import synthetic
from benchmarks.timing import Figure, figure_of
from igny8_core.auth.models import Account, Plan
from migration_harness import queries
from migration_harness.log.folding import fold
from migration_harness.rollout.standing import gates_by_phase

ROUNDS = 15
FEW = 1_000
MANY = 10_000_000
SINCE_THE_LAST_FOLD = 1_000
"""Fifty times what ten million a month are in five seconds."""
FOLDED = 200_000


def figures() -> dict[str, Figure]:
    """Return milliseconds of each look, and comparisons folded per second."""
    _make_accounts()
    synthetic.write_log(FEW)
    fold()
    found = _looks(" at 1 thousand")
    synthetic.fill_rollups(MANY)
    synthetic.write_log(SINCE_THE_LAST_FOLD)
    found |= _looks(" at 10 million")
    return found | {"fold": _fold_speed()}


def _looks(suffix: str) -> dict[str, Figure]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get_or_create(username="bench", is_staff=True)[0])
    signature = queries.discrepancies()[0].signature
    looks: dict[str, Callable[[], object]] = {
        "status": lambda: queries.status(gates=gates_by_phase()),
        "overview page": lambda: _get(client, "/migration/"),
        "overview live part": lambda: _get(client, "/migration/overview/now/"),
        "overview phases": lambda: _get(client, "/migration/overview/standing/"),
        "pulse": queries.pulse,
        "discrepancy page": lambda: _get(client, f"/migration/discrepancies/{signature}/"),
    }
    return {f"{name}{suffix}": _milliseconds(look) for name, look in looks.items()}


def _get(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200, f"{path} answers {response.status_code}"


def _milliseconds(look: Callable[[], object]) -> Figure:
    look()
    samples = []
    for _ in range(ROUNDS):
        start = perf_counter()
        look()
        samples.append((perf_counter() - start) * 1e3)
    figure = figure_of(samples)
    return Figure(median=figure.median, best=figure.best, unit="ms")


def _make_accounts() -> None:
    plan = Plan.objects.order_by("pk").first()
    missing = synthetic.ACCOUNTS - Account.objects.count()
    Account.objects.bulk_create([Account(name=f"Account {n}", plan=plan) for n in range(missing)])


def _fold_speed() -> Figure:
    synthetic.write_log(FOLDED)
    start = perf_counter()
    speed = fold() / (perf_counter() - start)
    return Figure(median=speed, best=speed, unit="/s")
