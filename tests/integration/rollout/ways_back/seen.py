"""What a customer and an operator could tell one installation from another by."""

from dataclasses import dataclass
from typing import Any

from igny8_core.auth.models import Account
from igny8_core.business.billing.keys.seams import stores
from igny8_core.business.billing.models import AIModelConfig, CreditUsageLog, IntegrationProvider
from igny8_core.migration_plan import PLAN
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.writer.models import Content
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Side
from migration_harness.models import Flag

from ...content_parts import API
from ..journey.traffic import Customer

NOT_COMPARED = {"id", "pk", "created_at", "updated_at", "updated_by_id", "account_id", "site_id"}
"""When a row was written, and its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class While:
    """What was done and seen while the service worked for a while: what each operation cost, and who answered."""

    charges: list[tuple[Any, ...]]
    credits: int
    saved: int
    sides: dict[str, bool]
    pages: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheEnd:
    """What there is afterwards."""

    balances: dict[str, int]
    booked: dict[str, int]
    keys: dict[str, dict[str, str]]
    configuration: list[Any]


def look(customer: Customer, *, since: int, contents: int) -> While:
    """Return what has happened since the usage log and the contents had so many rows."""
    logs = CreditUsageLog.objects.order_by("pk")[since:]
    fields = ("operation_type", "model_used", "credits_used", "cost_usd", "tokens_input", "tokens_output")
    snapshot = load_snapshot()
    return While(
        charges=[tuple(getattr(log, field) for field in fields) for log in logs],
        credits=sum(log.credits_used for log in logs),
        saved=Content.objects.count() - contents,
        sides={flag.name: snapshot.decide(flag.name, str(customer.account.pk)).in_cohort for flag in PLAN.flags},
        pages=_pages(customer),
    )


def _pages(customer: Customer) -> list[Any]:
    """Return the two answers in which a customer sees models."""
    models, settings = (customer.client.get(f"{API}system/{page}/") for page in ("ai-models", "settings"))
    return [models.status_code, settings.status_code, settings.json()["data"]]


def look_at_the_end() -> AtTheEnd:
    """Return balances, keys of both stores, and whatever else somebody has configured."""
    accounts = Account.objects.order_by("pk")
    return AtTheEnd(
        balances={each.name: each.credits for each in accounts},
        booked={
            each.name: each.opening_credits + sum(each.transactions.values_list("amount", flat=True))
            for each in accounts
        },
        keys={side.value: _keys(side) for side in Side},
        configuration=[
            _rows(AIModelConfig.objects.order_by("model_name")),
            _rows(IntegrationProvider.objects.order_by("pk").defer("api_key")),
            _rows(GlobalIntegrationSettings.objects.all()),
            _rows(IntegrationSettings.objects.order_by("account__name", "site__name")),
            list(Flag.objects.order_by("name").values_list("name", "stage", "baseline", "share_bps", "requires")),
        ],
    )


def _keys(side: Side) -> dict[str, str]:
    store = stores.store(side)
    return {key: store.read(key).reveal() for key in store.keys()}  # noqa: SIM118  No mapping.


def _rows(rows: Any) -> list[dict[str, str]]:
    return [{name: str(value) for name, value in row.items() if name not in NOT_COMPARED} for row in rows.values()]
