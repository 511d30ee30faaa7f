"""How a row of a request trace becomes a request of this service."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, OperationType
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import NO_TOKENS, Usage
from igny8_core.demo_customers import ACCOUNTS as DEMO_ACCOUNTS
from migration_harness.api import HarnessError, MalformedRow, RanDry, ReplayOutcome, TraceRow

OPERATIONS = (
    "clustering",
    "idea_generation",
    "content_generation",
    "image_prompt_extraction",
    "internal_linking",
    "content_optimization",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One call that a row of the trace stands for; an image has no tokens."""

    account: Account
    operation: str
    model: str
    usage: Usage = NO_TOKENS


class TraceReplay:
    """Row i: demo account i mod 12, operation (i // 12) mod 6, gpt-5.1 for i mod 10 in 0–6, else gpt-4o-mini.

    With ``images_every`` K, one image on each active image model follows every K-th row, for the row's account: so the
    demo has accounts that pay more under the new prices and accounts that pay less.
    """

    columns = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")

    def __init__(self, *, images_every: int | None = None) -> None:
        self._images_every = images_every

    @cached_property
    def _accounts(self) -> list[Account]:
        accounts = list(Account.objects.filter(name__in=DEMO_ACCOUNTS).order_by("pk"))
        if len(accounts) != len(DEMO_ACCOUNTS):
            raise HarnessError("The demo accounts are missing. Create them with: python manage.py seed --demo")
        return accounts

    @cached_property
    def _image_models(self) -> list[AIModelConfig]:
        """The active image models, in the order in which they are offered."""
        rows = AIModelConfig.objects.filter(model_type=AIModelConfig.ModelType.IMAGE, is_active=True)
        return list(rows.only("model_name", "provider").order_by("sort_order", "pk"))

    def already_charged(self, run: str) -> set[int]:
        """Return the rows that a run of this name has charged whole."""
        prefix = f"replay:{run}:"
        ids = CreditTransaction.objects.filter(operation_id__startswith=prefix).values_list("operation_id", flat=True)
        charged = {operation_id.removeprefix(prefix) for operation_id in ids if operation_id}
        rows = {int(row) for row in charged if row.isdecimal()}
        return {row for row in rows if all(f"{row}:{model.model_name}" in charged for model in self._images_of(row))}

    def calls(self, row: TraceRow) -> Iterator[RecordedCall]:
        """Return the calls of a row, the text first; raises MalformedRow."""
        i, account = row.index, self._accounts[row.index % len(self._accounts)]
        yield RecordedCall(
            account=account,
            operation=OPERATIONS[i // len(self._accounts) % len(OPERATIONS)],
            model="gpt-5.1" if i % 10 < 7 else "gpt-4o-mini",  # noqa: PLR2004  The mapping above.
            usage=_usage(row.values),
        )
        for model in self._images_of(i):
            yield RecordedCall(account=account, operation=OperationType.IMAGE_GENERATION.value, model=model.model_name)

    def perform(self, row: TraceRow, run: str) -> ReplayOutcome:
        """Resolve the provider's key and charge the operation, as the application does."""
        i, (text, *_) = row.index, self.calls(row)
        provider_key(account=text.account, provider="openai", purpose=Purpose.TEXT)
        try:
            receipt = CreditService.deduct_credits_for_operation(
                account=text.account,
                operation_type=text.operation,
                model=text.model,
                usage=text.usage,
                operation_id=f"replay:{run}:{i}",
            )
            for model in self._images_of(i):
                _draw(account=text.account, model=model, operation_id=f"replay:{run}:{i}:{model.model_name}")
        except InsufficientCreditsError:
            raise RanDry(text.account.name) from None
        return ReplayOutcome.SKIPPED if receipt.repeated else ReplayOutcome.DONE

    def _images_of(self, row: int) -> list[AIModelConfig]:
        """Return the models that a row has an image of each."""
        every = self._images_every
        return self._image_models if every and (row + 1) % every == 0 else []


def _draw(*, account: Account, model: AIModelConfig, operation_id: str) -> None:
    provider_key(account=account, provider=model.provider, purpose=Purpose.IMAGE)
    CreditService.deduct_credits_for_image(account=account, model=model.model_name, operation_id=operation_id)


def _usage(values: Mapping[str, str | None]) -> Usage:
    try:
        return Usage(
            tokens_input=int(values["ContextTokens"] or ""),
            tokens_output=int(values["GeneratedTokens"] or ""),
        )
    except ValueError:
        raise MalformedRow(
            f"ContextTokens {values['ContextTokens']!r} and GeneratedTokens {values['GeneratedTokens']!r} "
            "must be whole numbers, not negative"
        ) from None


def driver(*, images_every: int | None = None) -> TraceReplay:
    """Return a fresh driver: accounts and models are looked up once per replay."""
    return TraceReplay(images_every=images_every)
