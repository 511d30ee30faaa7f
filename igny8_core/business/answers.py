"""Answers of text models that a service asks and charges for by itself, without the engine.

The order is the engine's: the account can afford it, the provider answers, the answer is read, the account is charged
and the result stored in one transaction. What goes wrong after the answer is charged to nobody, and logged as unbilled.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from igny8_core.ai.ai_core import AICore, Completion
from igny8_core.ai.choices import text_model_for, text_parameters_for
from igny8_core.ai.exceptions import AIError, InvalidInput
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.exceptions import BillingError, OperationConflict
from igny8_core.business.billing.models import CreditTransaction, OperationType
from igny8_core.business.billing.services.credit_service import CreditService, Receipt
from igny8_core.business.billing.usage import Related, Usage

Read = TypeVar("Read")

_CHARACTERS_PER_TOKEN: Final = 4


class AnswerUnusable(AIError):
    """The provider answered, and the answer is not what was asked for. Nothing was charged or stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and for whom.

    Attributes:
        account: Who pays.
        site: Whose choice of a model counts.
        operation_type: What the customer pays for.
        operation_id: The same operation is charged once.
        related: The row that it is made for.
        system: What the model is to do, with an example of its answer as JSON.
        data: What it is about.
        expected_tokens: Tokens that the answer will have, for the check of the balance.
    """

    account: Account
    site: Site
    operation_type: OperationType
    operation_id: str
    related: Related
    system: str
    data: dict[str, Any]
    expected_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCharge:
    """What the ledger says of an operation that was charged before."""

    model: str
    credits: int


def earlier_charge(*, account: Account, operation_id: str) -> EarlierCharge | None:
    """Return what an operation was charged; raises OperationConflict where it was another account's."""
    row = CreditTransaction.objects.filter(operation_id=operation_id).select_related("usage_log").first()
    if row is None:
        return None
    if row.account_id != account.pk:
        raise OperationConflict(f"The operation {operation_id!r} was charged to another account.")
    return EarlierCharge(model=row.usage_log.model_used, credits=abs(row.amount))


def ask(question: Question, *, read: Callable[[dict[str, Any]], Read]) -> tuple[Completion, Read]:
    """Return the answer, and what ``read`` makes of its JSON.

    Raises InsufficientCreditsError before any provider is called, AIError where it does not answer, AnswerUnusable
    where the answer is not JSON or ``read`` raises ValueError.
    """
    model = text_model_for(account=question.account, site=question.site)
    parameters = text_parameters_for(account=question.account, site=question.site)
    prompt = json.dumps(question.data, ensure_ascii=False)
    characters = len(question.system) + len(prompt)
    CreditService.check_credits(
        account=question.account,
        operation_type=question.operation_type,
        model=model,
        usage=Usage(tokens_input=-(-characters // _CHARACTERS_PER_TOKEN), tokens_output=question.expected_tokens),
    )
    completion = AICore.complete(
        account=question.account,
        model=model,
        system=question.system,
        prompt=prompt,
        max_tokens=parameters.max_tokens,
        temperature=parameters.temperature,
        operation=question.operation_type,
        json_mode=True,
    )
    try:
        return completion, read(_object(completion.text))
    except ValueError as error:
        _record_unbilled(question, completion, "the answer cannot be used")
        raise AnswerUnusable(f"{model} answered what cannot be used: {error}. Nothing was charged.") from None


def charge(question: Question, completion: Completion, *, save: Callable[[Receipt], object]) -> Receipt:
    """Charge for an answer and store what came of it, both or none; raises BillingError, and what ``save`` raises.

    ``save`` raises InvalidInput where what the answer was for is not there any more.
    """
    try:
        return CreditService.deduct_credits_for_operation(
            account=question.account,
            operation_type=question.operation_type,
            model=completion.model,
            usage=completion.usage,
            operation_id=question.operation_id,
            related=question.related,
            save=save,
        )
    except (BillingError, InvalidInput) as error:
        _record_unbilled(question, completion, type(error).__name__)
        raise


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004  The caller looks for one class.
    return value


def _record_unbilled(question: Question, completion: Completion, reason: str) -> None:
    CreditService.record_unbilled(
        account=question.account,
        operation_type=question.operation_type,
        model=completion.model,
        usage=completion.usage,
        operation_id=question.operation_id,
        reason=reason,
    )
