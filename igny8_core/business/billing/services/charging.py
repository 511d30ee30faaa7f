"""Charging one operation: one price, one entry, and what the operation made, kept or lost together."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connections

from igny8_core.business.billing import pricing
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.legacy import credits as legacy
from igny8_core.business.billing.price_list import signed_credits
from igny8_core.business.billing.services.entering import earlier_entry
from igny8_core.business.billing.services.posting import Operation, Receipt, post
from migration_harness.api import Charge, current_execution_path, read_committed, settle

Save: TypeAlias = Callable[[Receipt], object]
"""Stores what an operation made."""


def charge(*, operation: Operation, price: Callable[[], int], save: Save | None) -> Receipt:
    """Charge an operation once, and ``save`` what it made in the same transaction, where it was not charged before."""
    database = connections[DEFAULT_DB_ALIAS]
    bounded = not database.in_atomic_block

    def basis(charge: Charge) -> dict[str, Any]:
        return _basis(charge, operation)

    def write(charge: Charge, credits: int) -> Receipt:  # noqa: A002  The domain's word.
        return post(charge, operation, credits=credits, basis=basis, database=database, bounded=bounded)

    def settled() -> Receipt:
        try:
            return settle(operation_id=operation.operation_id, price=price, write=write)
        except CreditCalculationError:
            # What was charged once stays charged, also when its model has no price any more.
            if earlier := earlier_entry(operation.operation_id, operation.content_hash):
                return earlier
            raise

    if save is None:
        return settled()
    with read_committed():
        receipt = settled()
        if not receipt.repeated:
            save(receipt)
    return receipt


def _basis(charge: Charge, operation: Operation) -> dict[str, Any]:
    """Return what the ledger keeps of the price: the way in, the rates of the side that answered, the signed price."""
    signed = signed_credits(model=operation.model, usage=operation.usage, images=operation.images)
    kept: dict[str, Any] = {"execution_path": current_execution_path(), "signed_credits": signed}
    if charge.instead_of:
        kept["instead_of"] = charge.instead_of
    # @legacy begin model-based-credits
    if charge.answered_by != "candidate":
        return kept | _legacy_basis(charge, operation)
    # @legacy end
    return kept | {"rates": pricing.rates_used(model=operation.model)}


def _legacy_basis(charge: Charge, operation: Operation) -> dict[str, Any]:
    used = legacy.rates_used(operation=operation.operation_type, model=operation.model)
    kept: dict[str, Any] = {"rates": used}
    if operation.target_model and charge.answered_by == "control" and charge.candidate_measure is not None:
        # Else the new price on this row would be taken for that of the model that was used.
        kept["candidate_model"] = operation.target_model
    return kept
