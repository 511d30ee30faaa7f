"""Answers of text models that a service asks and charges for by itself, without the engine.

The order is the engine's: the account can afford it, the provider answers, the answer is read, the account is charged
and the result stored in one transaction. What goes wrong after the answer is charged to nobody, and logged as unbilled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from igny8_core.ai.ai_core import AICore, Completion
from igny8_core.ai.choices import WorkingModel, text_parameters_for
from igny8_core.ai.outcomes import Outcome
from igny8_core.ai.paying import Order, charge_once, unbilled_if_lost, unexpected
from igny8_core.ai.prompting import Prompt, UnexpectedAnswer, json_object
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Related, Spent, Usage

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and for whom.

    Attributes:
        account: Who pays.
        site: Whose text it is about.
        working: The model that is asked.
        operation_type: What the customer pays for.
        operation_id: The same operation is charged once.
        related: The row that it is made for.
        prompt: What the model is to do, and what it is about.
        expected_tokens: Tokens that the answer will have, for the check of the balance.
    """

    account: Account
    site: Site
    working: WorkingModel
    operation_type: OperationType
    operation_id: str
    related: Related
    prompt: Prompt
    expected_tokens: int

    @property
    def order(self) -> Order:
        """What is charged for it."""
        return Order(
            account=self.account,
            operation_type=self.operation_type,
            operation_id=self.operation_id,
            related=self.related,
            metadata={"site": self.site.pk},
        )


def ask(question: Question, *, read: Callable[[dict[str, Any]], Read]) -> tuple[Completion, Read]:
    """Return the answer, and what ``read`` makes of its JSON.

    Raises InsufficientCreditsError before any provider is called, AIError where it does not answer, MalformedAnswer
    where the answer is not JSON or ``read`` raises UnexpectedAnswer.
    """
    model = question.working.name
    parameters = text_parameters_for(account=question.account, site=question.site)
    CreditService.check_credits(
        account=question.account,
        operation_type=question.operation_type,
        model=model,
        usage=Usage(tokens_input=question.prompt.tokens, tokens_output=question.expected_tokens),
    )
    with unbilled_if_lost(question.order, model=model):
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
    with unbilled_if_lost(question.order, model=model, spent=Spent(usage=completion.usage)):
        try:
            return completion, read(json_object(completion.text))
        except UnexpectedAnswer as error:
            raise unexpected(error, completion) from None


def charge(question: Question, completion: Completion, *, save: Callable[[], tuple[int, ...]]) -> Outcome:
    """Charge for an answer and store what came of it: see :func:`~igny8_core.ai.paying.charge_once`."""
    spent = Spent(usage=completion.usage)
    return charge_once(
        question.order,
        model=completion.model,
        target_model=question.working.target,  # @legacy line model-based-credits
        spent=spent,
        save=save,
    )
