"""As many calls as the evidence wants, on every execution path; charges carry the tokens of real requests."""

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from django.conf import settings

from igny8_core.ai import choices
from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import cost_usd, image_size, provider_key, provider_of, quality_tier
from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.migration_plan import DRAWN, EXPECTED, KEYS
from igny8_core.modules.writer.models import ImagePrompt
from migration_harness.api import ExecutionPath, trace_rows, unit_of_work
from rehearsal.tree import TRACE


def ask_for_keys(account: Account, *, times: int) -> None:
    """Ask for the provider's key on each path for each purpose, so many times."""
    for stratum in KEYS * times:
        with unit_of_work(execution_path=stratum.execution_path):
            provider_key(account=account, provider=stratum.operation, purpose=Purpose(stratum.model))


def ask_about_models(account: Account, *, times: int) -> None:
    """Ask what is asked about models, so many times each: one question after the other.

    In turns, one of them would be the first each time that the models have to be read anew, and be called slow.
    """
    asked = list(
        islice(
            zip(cycle(("dall-e-3", "runware:97@1", "google:4@2")), cycle(ImagePrompt.Role.values), strict=False), times
        )
    )
    with unit_of_work(execution_path=ExecutionPath.MANUAL):
        for model, _ in asked:
            provider_of(account=account, model=model, model_type="image")
        for model, _ in asked:
            quality_tier(account=account, model=model)
        for model, role in asked:
            image_size(account=account, model=model, role=role)
        for model, _ in asked:
            cost_usd(account=account, model=model, images=1)
        for _ in asked:
            choices.text_model_for(account=account)


def charge_every_stratum(accounts: list[Account], *, times: int, name: str) -> None:
    """Charge each operation on its path, as sites do that chose no model; the tokens are those of real traffic."""
    usages = _usages()
    payers = cycle(
        (each, choices.working_text_model(account=each), choices.working_image_model(account=each)) for each in accounts
    )
    for number, (stratum, (account, text, image)) in enumerate(zip(EXPECTED * times, payers, strict=False)):
        operation_id = f"rehearsal:{name}:{number}"
        with unit_of_work(execution_path=stratum.execution_path):
            if stratum.operation in DRAWN:
                _charge(CreditService.deduct_credits_for_image, account, image, operation_id)
            else:
                _charge(
                    CreditService.deduct_credits_for_operation, account, text, operation_id, usage=next(usages),
                    operation_type=stratum.operation,
                )  # fmt: skip


def _usages() -> Iterator[Usage]:
    for row in cycle(trace_rows(Path(settings.BASE_DIR, TRACE), ("ContextTokens", "GeneratedTokens"))):
        sent, made = int(row.values["ContextTokens"]), int(row.values["GeneratedTokens"])
        yield Usage(tokens_input=sent, tokens_output=made)


def _charge(
    deduct: Callable[..., object], account: Account, model: choices.WorkingModel, operation_id: str, **more: object
) -> None:
    deduct(
        account=account,
        model=model.name,
        target_model=model.target,  # @legacy line model-based-credits
        operation_id=operation_id,
        **more,
    )
