"""Who pays for an answer.

A provider that has answered charges for it, whatever becomes of the answer. So there are three ends, and all of them
are here: the customer is charged, once; or it was charged before, and that is the outcome; or nobody pays, and the log
of usage says why, and what it cost.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import DatabaseError

from igny8_core.ai.exceptions import InvalidInput, MalformedAnswer, ProviderError
from igny8_core.ai.outcomes import Outcome, earlier_outcome
from igny8_core.ai.prompting import UnexpectedAnswer
from igny8_core.ai.providers.results import Completion
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import BillingError
from igny8_core.business.billing.services.credit_service import CreditService, Receipt
from igny8_core.business.billing.usage import NO_TOKENS, Related, Spent

log = structlog.get_logger("igny8.ai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an account orders under an ``operation_id``; the same one is charged once."""

    account: Account
    operation_type: str
    operation_id: str
    related: Related
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def earlier(self) -> Outcome | None:
        """Return what it came to before, None where it was not charged. Raises OperationConflict."""
        return earlier_outcome(account=self.account, operation_type=self.operation_type, operation_id=self.operation_id)


@contextmanager
def unbilled_if_lost(order: Order, *, model: str, spent: Spent | None = None) -> Iterator[None]:
    """Record what the provider charges where the block raises, and nobody pays for it.

    ``spent``: the answer came, and this is its price. Before it came a ProviderError says itself whether it did.
    """
    try:
        yield
    except Exception as error:
        price = error.spent if isinstance(error, ProviderError) and spent is None else spent
        if price is not None:
            _record(order, model, price, reason=type(error).__name__)
        raise


def unexpected(error: UnexpectedAnswer, completion: Completion) -> MalformedAnswer:
    """Return the error for a text that is not the answer that was asked for."""
    told = f"not the answer that was asked for: {error}. Nothing was charged; try again."
    return MalformedAnswer(told, provider=completion.provider, model=completion.model)


def charge_once(
    order: Order,
    *,
    model: str,
    spent: Spent,
    save: Callable[[], tuple[int, ...]],
    # @legacy begin model-based-credits
    # The model that would have been asked with the new side, where that is another one.
    target_model: str = "",
    # @legacy end
) -> Outcome:
    """Charge for an answer and ``save`` what came of it, both or none; ``save`` returns the ids of what it made.

    Raises BillingError, and what ``save`` raises: InvalidInput where what the answer was for is not there any more.
    Where the operation was charged meanwhile, that is the outcome, ``repeated``, and nothing is saved.
    """
    created: tuple[int, ...] = ()

    def keep(_receipt: Receipt) -> None:
        nonlocal created
        created = save()

    try:
        receipt = _deduct(
            order,
            model=model,
            target_model=target_model,  # @legacy line model-based-credits
            spent=spent,
            save=keep,
        )
    except (BillingError, InvalidInput) as error:
        _record(order, model, spent, reason=type(error).__name__)
        # Of two calls at once the other one was faster; the same question may be answered with more tokens.
        if earlier := order.earlier():
            return earlier
        raise
    return Outcome(
        operation_id=order.operation_id,
        model=model,
        credits=receipt.credits,
        created=created,
        repeated=receipt.repeated,
    )


def _deduct(
    order: Order,
    *,
    model: str,
    target_model: str,  # @legacy line model-based-credits
    spent: Spent,
    save: Callable[[Receipt], None],
) -> Receipt:
    what: dict[str, Any] = {
        "account": order.account,
        "model": model,
        "target_model": target_model,  # @legacy line model-based-credits
        "operation_id": order.operation_id,
        "related": order.related,
        "metadata": order.metadata,
        "save": save,
    }
    if spent.images:
        return CreditService.deduct_credits_for_image(**what)
    return CreditService.deduct_credits_for_operation(
        operation_type=order.operation_type, usage=spent.usage or NO_TOKENS, **what
    )


def _record(order: Order, model: str, spent: Spent, *, reason: str) -> None:
    """Log it; where that fails as well the caller gets the first error, and the log line is what remains."""
    try:
        CreditService.record_unbilled(
            account=order.account,
            operation_type=order.operation_type,
            model=model,
            usage=spent.usage,
            images=spent.images,
            operation_id=order.operation_id,
            reason=reason,
        )
    except DatabaseError:
        log.exception("igny8.unbilled_unrecorded", operation_id=order.operation_id, model=model, reason=reason)
