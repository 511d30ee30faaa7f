"""What work leaves: ledger, usage log and saved rows of a customer, and what providers were asked. Runs in the copy.

What one run of the service leaves can be compared with what another one does: without ids, times and balances, and
without what tells by which side and flag a price was made.
"""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import models

from igny8_core.auth.models import Account

WATCHED: Final = (
    "billing.CreditTransaction", "billing.CreditUsageLog", "planner.Cluster", "planner.Keyword", "planner.ContentIdea",
    "writer.Task", "writer.Content", "writer.ImagePrompt", "writer.Image",
)  # fmt: skip
_OF_ONE_RUN: Final = frozenset(
    {
        "operation_id", "content_hash", "balance_after", "reference_id", "related_object_id", "file",
        # By which side, at which epoch and next to which other price.
        "priced_by", "flag_epoch", "control_credits", "candidate_credits", "metadata",
    }
)  # fmt: skip
_SECONDS: Final = 10
Marks = dict[str, int]


def marks() -> Marks:
    """Return the newest row of each table that is watched; what providers were asked is counted from now on."""
    _sandbox("DELETE")
    return {name: apps.get_model(name).objects.aggregate(newest=models.Max("pk"))["newest"] or 0 for name in WATCHED}


def left_since(since: Marks, *, account: Account) -> dict[str, list[str]]:
    """Return what an account's work has left since then, by table; each list in an order that ids have no part in."""
    found = {}
    for name in WATCHED:
        rows = apps.get_model(name).objects.filter(account=account, pk__gt=since[name])
        found[name] = sorted(_told(row) for row in rows)
    found["asked of providers"] = sorted(map(_plain, _asked()))
    return found


def _told(row: models.Model) -> str:
    return _plain(dict(_values(row)))


def _values(row: models.Model) -> Iterator[tuple[str, Any]]:
    for field in row._meta.concrete_fields:  # noqa: SLF001  Django's documented name.
        is_of_the_run = field.primary_key or field.is_relation or isinstance(field, models.DateTimeField)
        if not is_of_the_run and field.name not in _OF_ONE_RUN:
            yield field.name, getattr(row, field.attname)


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _asked() -> list[dict[str, Any]]:
    """Return what providers were asked; without the key's fingerprint, for each sandbox makes its own."""
    names = ("method", "path", "payload", "status")
    return [{name: each[name] for name in names} for each in _sandbox("GET")["requests"]]


def _sandbox(method: str) -> Any:
    token = (settings.RUN_DIR / "secrets" / "sandbox-token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{settings.IGNY8_SANDBOX_URL}/sandbox/requests"
    request = urllib.request.Request(address, headers=headers, method=method)  # noqa: S310  Our own sandbox.
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
        return json.load(answer)
