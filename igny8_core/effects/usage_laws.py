"""Laws of usage: what the log of usage must say of each answer of a provider, and of what it cost."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.effects.seen import AI_KINDS, LOG, answered, is_cut_short, row_of, unanswered, usage_told
from migration_harness.api import Breach, CannotSay, Law, Recording

_MICRO: Final = Decimal("0.000001")
_PER_RATE: Final = 1_000_000
"""Rates are USD per this many tokens."""


def _usage_on_every_path(recording: Recording) -> Iterator[Breach]:
    if is_cut_short(recording):
        raise CannotSay
    asked, logs = len(answered(recording)), recording.inserted(LOG)
    # Of an answer that broke off nobody knows whether it came.
    if not asked <= len(logs) <= asked + unanswered(recording):
        yield Breach(told=f"{asked} answers of a provider came, and {len(logs)} usage logs tell of them")
    for log in logs:
        if log["operation_type"] != recording.kind:
            yield Breach(told="The usage is logged as that of another operation", rows=(f"{LOG} {log['id']}",))


def _usage_is_what_was_answered(recording: Recording) -> Iterator[Breach]:
    if is_cut_short(recording):
        raise CannotSay
    logs = recording.inserted(LOG)
    if len(logs) < len(answered(recording)):
        return  # What is missing altogether is another law's.
    logged = Counter((each["model_used"], each["tokens_input"], each["tokens_output"]) for each in logs)
    for told, times in Counter(usage_told(recording)).items():
        if logged[told] < times:
            model, sent, generated = told
            yield Breach(told=f"{model} answered, and used {sent} and {generated} tokens: no usage log says so")


def _cost_is_what_the_provider_charges(recording: Recording) -> list[Breach]:
    found, unknown = [], False
    for log in recording.inserted(LOG):
        cost = _expected(log, recording)
        if cost is None:
            unknown = True
        elif log["cost_usd"] is None:
            # What an answer used that came to nothing may be unknown; what is paid for is not.
            if log["credits_used"] or log["tokens_input"] or log["tokens_output"]:
                found.append(Breach(told="The cost is missing", rows=(f"{LOG} {log['id']}",)))
        elif cost != Decimal(log["cost_usd"]):
            found.append(Breach(told="The cost is not that of the model's rates", rows=(f"{LOG} {log['id']}",)))
    if unknown and not found:
        raise CannotSay
    return found


def _expected(log: Mapping[str, Any], recording: Recording) -> Decimal | None:
    """Return what a call cost; None where nobody can say, as of a row that was changed since."""
    row = row_of(log["model_used"])
    return None if row is None or row.updated_at >= recording.began else _cost(row, log)


def _cost(row: AIModelConfig, log: Mapping[str, Any]) -> Decimal | None:
    if row.model_type == "image":
        return row.cost_per_image
    if row.input_cost_per_1m is None or row.output_cost_per_1m is None:
        return None
    tokens = ((log["tokens_input"], row.input_cost_per_1m), (log["tokens_output"], row.output_cost_per_1m))
    exact = sum((Decimal(number) * rate for number, rate in tokens), Decimal(0)) / _PER_RATE
    return exact.quantize(_MICRO, rounding=ROUND_HALF_EVEN)


USAGE_LAWS: Final = (
    Law(
        name="usage_on_every_path",
        sentence="Each answer of a provider is in the log of usage, once, whoever pays for it and however it came in.",
        kinds=AI_KINDS,
        check=_usage_on_every_path,
    ),
    Law(
        name="usage_is_what_was_answered",
        sentence="The log of usage has the model that was asked and the tokens that its provider says it used.",
        kinds=AI_KINDS,
        check=_usage_is_what_was_answered,
    ),
    Law(
        name="cost_is_what_the_provider_charges",
        sentence="The cost in USD is tokens times the rates of the model's row, or its price per image.",
        kinds=AI_KINDS,
        check=_cost_is_what_the_provider_charges,
    ),
)
