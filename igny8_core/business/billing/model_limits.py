"""What a model takes: how long its answer may be, and whether it has a temperature. Its row says so."""

from dataclasses import dataclass

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.phase_one import TAKES_TEMPERATURE


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLimits:
    """``max_output_tokens`` is None where the row names no limit."""

    max_output_tokens: int | None = None
    takes_temperature: bool = True

    def within(self, max_tokens: int) -> int:
        """Return how many tokens may be asked for."""
        return max_tokens if self.max_output_tokens is None else min(max_tokens, self.max_output_tokens)


def limits_of(model: str) -> ModelLimits:
    """Return the limits of a model; a legacy model without a row has none that we know."""
    row = AIModelConfig.objects.filter(model_name=model).values_list("max_output_tokens", TAKES_TEMPERATURE).first()
    return ModelLimits() if row is None else ModelLimits(max_output_tokens=row[0], takes_temperature=row[1])


def too_many_tokens(*, model: str, max_tokens: int) -> str:
    """Return why ``max_tokens`` is more than the model answers with, as a sentence; empty where it is not."""
    most = limits_of(model).within(max_tokens)
    if most == max_tokens:
        return ""
    return f"{model} answers with at most {most:,} tokens. Choose {most:,} or fewer."
