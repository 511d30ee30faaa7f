"""Runs one AI function: validate, prepare, build the prompt, call, parse, charge and save.

Credits are checked before the call, by an estimate; what the call really used is deducted after it, and the
result is saved in the transaction of the deduction. So a charge and its result are kept or lost together, and
there is one usage log per operation, whatever the execution path. An answer that came and that nobody pays for
is logged with 0 credits and what the provider charges for it.
"""

from typing import TypeVar

from igny8_core.ai.ai_core import AICore, Completion
from igny8_core.ai.choices import text_parameters_for, working_text_model
from igny8_core.ai.functions.base import AIFunction
from igny8_core.ai.outcomes import Outcome
from igny8_core.ai.paying import Order, charge_once, unbilled_if_lost, unexpected
from igny8_core.ai.prompting import Prompt, UnexpectedAnswer
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Spent, Usage

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
        order = Order(
            account=function.account,
            operation_type=function.operation,
            operation_id=operation_id,
            related=function.related(),
            metadata={"site": function.site.pk},
        )
        if earlier := order.earlier():
            return earlier
        function.validate()
        prepared = function.prepare()
        prompt = function.build_prompt(prepared)
        working = working_text_model(account=function.account, site=function.site)
        model = working.name
        CreditService.check_credits(
            account=function.account,
            operation_type=function.operation,
            model=model,
            usage=Usage(tokens_input=prompt.tokens, tokens_output=function.expected_tokens(prepared)),
        )
        with unbilled_if_lost(order, model=model):
            completion = _call(function, model, prompt)
        spent = Spent(usage=completion.usage)
        with unbilled_if_lost(order, model=model, spent=spent):
            parsed = _parse(function, prepared, completion)
        return charge_once(
            order,
            model=model,
            target_model=working.target,  # @legacy line model-based-credits
            spent=spent,
            save=lambda: function.save_output(prepared, parsed),
        )


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


def _parse(function: AIFunction[Input, Parsed], prepared: Input, completion: Completion) -> Parsed:
    try:
        return function.parse_response(prepared, completion.text)
    except UnexpectedAnswer as error:
        raise unexpected(error, completion) from None
