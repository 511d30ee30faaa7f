"""Answers of text models that a service asks and charges for by itself, without the engine.

The order is the engine's: the account can afford it, the provider answers, the answer is read, the account is charged
and the result stored in one transaction. What goes wrong after the answer is charged to nobody, and logged as unbilled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from igny8_core.ai.ai_core import AICore, Completion
from igny8_core.ai.choices import text_model_for, text_parameters_for
from igny8_core.ai.exceptions import InvalidInput, MalformedAnswer
from igny8_core.ai.outcomes import Outcome, earlier_outcome
from igny8_core.ai.prompting import Prompt, UnexpectedAnswer, json_object
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.exceptions import BillingError
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.services.credit_service import CreditService, Receipt
from igny8_core.business.billing.usage import Related, Usage

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and for whom.

    Attributes:
        account: Who pays.
        site: Whose choice of a model counts.
        operation_type: What the customer pays for.
        operation_id: The same operation is charged once.
        related: The row that it is made for.
        prompt: What the model is to do, and what it is about.
        expected_tokens: Tokens that the answer will have, for the check of the balance.
    """

    account: Account
    site: Site
    operation_type: OperationType
    operation_id: str
    related: Related
    prompt: Prompt
    expected_tokens: int


def ask(question: Question, *, read: Callable[[dict[str, Any]], Read]) -> tuple[Completion, Read]:
    """Return the answer, and what ``read`` makes of its JSON.

    Raises InsufficientCreditsError before any provider is called, AIError where it does not answer, MalformedAnswer
    where the answer is not JSON or ``read`` raises UnexpectedAnswer.
    """
    model = text_model_for(account=question.account, site=question.site)
    parameters = text_parameters_for(account=question.account, site=question.site)
    CreditService.check_credits(
        account=question.account,
        operation_type=question.operation_type,
        model=model,
        usage=Usage(tokens_input=question.prompt.tokens, tokens_output=question.expected_tokens),
    )
    completion = AICore.complete(
        account=question.account,
        model=model,
        system=question.prompt.system,
        prompt=question.prompt.user,
        max_tokens=parameters.max_tokens,
        temperature=parameters.temperature,
        operation=question.operation_type,
        json_mode=True,
    )
    try:
        return completion, read(json_object(completion.text))
    except UnexpectedAnswer as error:
        told = f"not the answer that was asked for: {error}. Nothing was charged; try again."
    _record_unbilled(question, completion, MalformedAnswer.__name__)
    raise MalformedAnswer(told, provider=completion.provider, model=completion.model)


def charge(question: Question, completion: Completion, *, save: Callable[[Receipt], object]) -> Outcome:
    """Charge for an answer and store what came of it, both or none; raises BillingError, and what ``save`` raises.

    ``save`` raises InvalidInput where what the answer was for is not there any more. Where the operation was charged
    meanwhile, that is the outcome, ``repeated``, and nothing is saved.
    """
    try:
        receipt = CreditService.deduct_credits_for_operation(
            account=question.account,
            operation_type=question.operation_type,
            model=completion.model,
            usage=completion.usage,
            operation_id=question.operation_id,
            related=question.related,
            metadata={"site": question.site.pk},
            save=save,
        )
    except (BillingError, InvalidInput) as error:
        _record_unbilled(question, completion, type(error).__name__)
        # Of two calls at once the provider may answer one with more tokens: the other one was faster.
        if earlier := earlier_outcome(
            account=question.account, operation_type=question.operation_type, operation_id=question.operation_id
        ):
            return earlier
        raise
    return Outcome(
        operation_id=question.operation_id,
        model=completion.model,
        credits=receipt.credits,
        created=(),
        repeated=receipt.repeated,
    )


def _record_unbilled(question: Question, completion: Completion, reason: str) -> None:
    CreditService.record_unbilled(
        account=question.account,
        operation_type=question.operation_type,
        model=completion.model,
        usage=completion.usage,
        operation_id=question.operation_id,
        reason=reason,
    )
