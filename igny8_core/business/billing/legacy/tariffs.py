"""The legacy tariff of every operation, in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from igny8_core.business.billing.models import BillingConfiguration, CreditCostConfig
from igny8_core.business.billing.remembered import Remembered
from migration_harness.api import tombstone


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What one operation costs: tokens per credit, the least in credits, USD per credit."""

    tokens_per_credit: int
    min_credits: int
    price_per_credit_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariffs:
    """The active rows by operation, and what applies without one: at least one credit."""

    by_operation: Mapping[str, Tariff]
    otherwise: Tariff

    @tombstone(owner="billing", since="2026-11-30", reason="The tariff of the operation.")
    def of(self, operation: str) -> Tariff:
        """Return the tariff of an operation."""
        return self.by_operation.get(operation, self.otherwise)


@tombstone(owner="billing", since="2026-11-30", reason="The tariff of the operation.")
def _load() -> Tariffs:
    rows = CreditCostConfig.objects.filter(is_active=True).values("operation_type", *Tariff.__slots__)
    defaults = BillingConfiguration.objects.filter(pk=1).first() or BillingConfiguration()
    return Tariffs(
        by_operation=MappingProxyType({row.pop("operation_type"): Tariff(**row) for row in rows}),
        otherwise=Tariff(
            tokens_per_credit=defaults.default_tokens_per_credit,
            min_credits=1,
            price_per_credit_usd=defaults.default_credit_price_usd,
        ),
    )


tariffs = Remembered(_load)
