"""Runs one AI function: validate, prepare, build the prompt, call, parse, charge and save.

Credits are checked before the call, by an estimate; what the call really used is deducted after it, and the
result is saved in the transaction of the deduction. So a charge and its result are kept or lost together, and
there is one usage log per operation, whatever the execution path. An answer that came and that nobody pays for
is logged with 0 credits and what the provider charges for it.
"""

from typing import TypeVar

from igny8_core.ai.ai_core import AICore, Completion
from igny8_core.ai.choices import text_model_for, text_parameters_for
from igny8_core.ai.exceptions import InvalidInput, MalformedAnswer
from igny8_core.ai.functions.base import AIFunction
from igny8_core.ai.outcomes import Outcome, earlier_outcome
from igny8_core.ai.prompting import Prompt, UnexpectedAnswer
from igny8_core.business.billing.exceptions import BillingError
from igny8_core.business.billing.services.credit_service import CreditService, Receipt
from igny8_core.business.billing.usage import Usage

Input = TypeVar("Input")
Parsed = TypeVar("Parsed")


class AIEngine:
    """Stateless."""

    @staticmethod
    def execute(function: AIFunction[Input, Parsed], *, operation_id: str) -> Outcome:
        """Run the function; the same ``operation_id`` runs once, and again answers what it was charged.

        Raises AIError and BillingError. Then nothing was charged and nothing saved; a provider was called only
        where it is a ProviderError, or where the result could not be paid for or stored any more.
        """
        if earlier := _earlier(function, operation_id):
            return earlier
        function.validate()
        prepared = function.prepare()
        prompt = function.build_prompt(prepared)
        model = text_model_for(account=function.account, site=function.site)
        CreditService.check_credits(
            account=function.account,
            operation_type=function.operation,
            model=model,
            usage=Usage(tokens_input=prompt.tokens, tokens_output=function.expected_tokens(prepared)),
        )
        completion = _call(function, model, prompt)
        parsed = _parse(function, prepared, completion, operation_id)
        return _charge_and_save(function, prepared, parsed, completion, operation_id)


def _earlier(function: AIFunction[Input, Parsed], operation_id: str) -> Outcome | None:
    return earlier_outcome(account=function.account, operation_type=function.operation, operation_id=operation_id)


def _call(function: AIFunction[Input, Parsed], model: str, prompt: Prompt) -> Completion:
    parameters = text_parameters_for(account=function.account, site=function.site)
    return AICore.complete(
        account=function.account,
        model=model,
        system=prompt.system,
        prompt=prompt.user,
        max_tokens=parameters.max_tokens,
        temperature=parameters.temperature,
        operation=function.operation,
        json_mode=True,
    )


def _parse(function: AIFunction[Input, Parsed], prepared: Input, completion: Completion, operation_id: str) -> Parsed:
    try:
        return function.parse_response(prepared, completion.text)
    except UnexpectedAnswer as error:
        told = f"not the answer that was asked for: {error}. Nothing was charged; try again."
    _record_unbilled(function, completion, operation_id, reason=MalformedAnswer.__name__)
    raise MalformedAnswer(told, provider=completion.provider, model=completion.model)


def _charge_and_save(
    function: AIFunction[Input, Parsed], prepared: Input, parsed: Parsed, completion: Completion, operation_id: str
) -> Outcome:
    created: tuple[int, ...] = ()

    def save(_receipt: Receipt) -> None:
        nonlocal created
        created = function.save_output(prepared, parsed)

    try:
        receipt = CreditService.deduct_credits_for_operation(
            account=function.account,
            operation_type=function.operation,
            model=completion.model,
            usage=completion.usage,
            operation_id=operation_id,
            related=function.related(),
            metadata={"site": function.site.pk},
            save=save,
        )
    except (BillingError, InvalidInput) as error:
        _record_unbilled(function, completion, operation_id, reason=type(error).__name__)
        # Of two calls at once the provider may answer one with more tokens: the other one was faster.
        if earlier := _earlier(function, operation_id):
            return earlier
        raise
    return Outcome(
        operation_id=operation_id,
        model=completion.model,
        credits=receipt.credits,
        created=created,
        repeated=receipt.repeated,
    )


def _record_unbilled(
    function: AIFunction[Input, Parsed], completion: Completion, operation_id: str, *, reason: str
) -> None:
    """Log what the provider charges for an answer that no customer pays for."""
    CreditService.record_unbilled(
        account=function.account,
        operation_type=function.operation,
        model=completion.model,
        usage=completion.usage,
        operation_id=operation_id,
        reason=reason,
    )
