"""Laws of money: what an operation that a customer pays for must leave in the ledger and in the log of usage."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.effects.seen import AI_KINDS, IMAGES, answered, is_cut_short, row_of
from migration_harness.api import Breach, CannotSay, Law, Recording

ENTRY: Final = "billing.CreditTransaction"
LOG: Final = "billing.CreditUsageLog"
ACCOUNT: Final = "igny8_auth.Account"
_MICRO: Final = Decimal("0.000001")
_PER_RATE: Final = 1_000_000
"""Rates are USD per this many tokens."""


def _one_charge_per_image(recording: Recording) -> Iterator[Breach]:
    entries, logs = recording.inserted(ENTRY), recording.inserted(LOG)
    for image in recording.inserted("writer.Image"):
        paid = [each for each in entries if each["operation_id"] == image["operation_id"]]
        shown = (f"writer.Image {image['id']}",)
        if len(paid) != 1 or paid[0]["transaction_type"] != "deduction":
            yield Breach(told=f"An image was kept, and {len(paid)} deductions were made for it", rows=shown)
            continue
        logged = [each for each in logs if each["transaction_id"] == paid[0]["id"]]
        if len(logged) != 1:
            yield Breach(told=f"An image was charged, and {len(logged)} usage logs tell of it", rows=shown)


def _usage_on_every_path(recording: Recording) -> Iterator[Breach]:
    if is_cut_short(recording):
        raise CannotSay
    asked, logs = len(answered(recording)), recording.inserted(LOG)
    if len(logs) < asked:
        yield Breach(told=f"{asked} answers of a provider came, and {len(logs)} usage logs tell of them")


def _one_charge_for_what_was_made(recording: Recording) -> Iterator[Breach]:
    if recording.error or recording.kind == IMAGES or not answered(recording) or _was_charged_before(recording):
        raise CannotSay
    entries = recording.inserted(ENTRY)
    if len(entries) != 1:
        rows = tuple(f"{ENTRY} {each['id']}" for each in entries)
        yield Breach(told=f"The operation succeeded, and {len(entries)} deductions were made for it", rows=rows)


def _balance_follows_the_ledger(recording: Recording) -> Iterator[Breach]:
    owed: dict[Any, int] = {}
    for entry in recording.inserted(ENTRY):
        owed[entry["account_id"]] = owed.get(entry["account_id"], 0) + entry["amount"]
    moved: dict[Any, int] = {}
    for row in recording.rows_of(ACCOUNT):
        if row.before is not None and row.after is not None:
            by = row.after["credits"] - row.before["credits"]
            moved[row.after["id"]] = moved.get(row.after["id"], 0) + by
    for account in sorted(owed.keys() | moved.keys()):
        if owed.get(account, 0) != moved.get(account, 0):
            yield Breach(
                told="The balance moved by another amount than the entries of the ledger say",
                rows=(f"{ACCOUNT} {account}",),
            )


def _cost_is_what_the_provider_charges(recording: Recording) -> Iterator[Breach]:
    for log in recording.inserted(LOG):
        if log["cost_usd"] is None:
            continue
        row = row_of(log["model_used"])
        if row.updated_at >= recording.began:
            raise CannotSay
        if (cost := _cost(row, log)) is None:
            raise CannotSay
        if cost != Decimal(log["cost_usd"]):
            yield Breach(told="The cost is not that of the model's rates", rows=(f"{LOG} {log['id']}",))


def _cost(row: AIModelConfig, log: Mapping[str, Any]) -> Decimal | None:
    if row.model_type == "image":
        return row.cost_per_image
    if row.input_cost_per_1m is None or row.output_cost_per_1m is None:
        return None
    tokens = ((log["tokens_input"], row.input_cost_per_1m), (log["tokens_output"], row.output_cost_per_1m))
    exact = sum((Decimal(number) * rate for number, rate in tokens), Decimal(0)) / _PER_RATE
    return exact.quantize(_MICRO, rounding=ROUND_HALF_EVEN)


def _was_charged_before(recording: Recording) -> bool:
    """Of two calls at once one charges, and the other one is told what it came to."""
    return isinstance(recording.outcome, Mapping) and bool(recording.outcome.get("repeated"))


MONEY_LAWS: Final = (
    Law(
        name="one_charge_per_image",
        sentence="Each image that is kept has exactly one deduction and one usage log.",
        kinds=frozenset({IMAGES}),
        check=_one_charge_per_image,
    ),
    Law(
        name="usage_on_every_path",
        sentence="Each answer of a provider is in the log of usage, whoever pays for it and however it came about.",
        kinds=AI_KINDS,
        check=_usage_on_every_path,
    ),
    Law(
        name="one_charge_for_what_was_made",
        sentence="An operation for which a provider answered and that succeeded has exactly one deduction.",
        kinds=AI_KINDS,
        check=_one_charge_for_what_was_made,
    ),
    Law(
        name="balance_follows_the_ledger",
        sentence="A balance moves by exactly what the entries of the ledger say.",
        check=_balance_follows_the_ledger,
    ),
    Law(
        name="cost_is_what_the_provider_charges",
        sentence="The cost in USD is tokens times the rates of the model's row, or its price per image.",
        kinds=AI_KINDS,
        check=_cost_is_what_the_provider_charges,
    ),
)
