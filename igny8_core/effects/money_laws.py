"""Laws of money: what an operation that a customer pays for must leave in the ledger, and from whom."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from igny8_core.effects.seen import AI_KINDS, ENTRY, IMAGES, LOG, answered, is_cut_short
from migration_harness.api import Breach, CannotSay, Law, Recording

ACCOUNT: Final = "igny8_auth.Account"
IMAGE: Final = "writer.Image"
Columns = Mapping[str, Any]


def _one_charge_per_image(recording: Recording) -> Iterator[Breach]:
    deductions = _deductions(recording)
    paid = Counter(each["operation_id"] for each in deductions)
    kept = Counter(each["operation_id"] for each in recording.inserted(IMAGE))
    for own_id in paid | kept:
        if not kept[own_id]:
            yield Breach(told=f"No image was kept, and {paid[own_id]} deductions were made for it", rows=(own_id,))
        elif (kept[own_id], paid[own_id]) != (1, 1):
            told = f"{kept[own_id]} images were kept under one id, and {paid[own_id]} deductions were made for it"
            yield Breach(told=told, rows=(own_id,))
    outcome = recording.outcome if isinstance(recording.outcome, Mapping) else {}
    for own_id, times in Counter(each["operation_id"] for each in outcome.get("images", ())).items():
        if times > 1:
            yield Breach(told=f"{times} images have one id, so that only the first was made", rows=(own_id,))
    yield from _badly_logged(recording, deductions)


def _one_charge_for_what_was_made(recording: Recording) -> Iterator[Breach]:
    if is_cut_short(recording):
        raise CannotSay
    deductions = _deductions(recording)
    rows = tuple(f"{ENTRY} {each['id']}" for each in recording.inserted(ENTRY))
    if recording.error or not answered(recording):
        if rows:
            yield Breach(told="Nothing was made, and the account was charged", rows=rows)
        return
    if len(deductions) != 1 or len(rows) != 1:
        told = f"The operation succeeded, and {len(deductions)} deductions were made for it, in {len(rows)} entries"
        yield Breach(told=told, rows=rows)
    yield from _badly_logged(recording, deductions)


def _deductions(recording: Recording) -> list[Columns]:
    """Return the entries that take something for an operation. Nothing is free, so one of zero is none."""
    entries = recording.inserted(ENTRY)
    return [each for each in entries if each["transaction_type"] == "deduction" and each["amount"] < 0]


def _badly_logged(recording: Recording, deductions: list[Columns]) -> Iterator[Breach]:
    logs = recording.inserted(LOG)
    for entry in deductions:
        shown = (f"{ENTRY} {entry['id']}",)
        logged = [each["credits_used"] for each in logs if each["transaction_id"] == entry["id"]]
        if len(logged) != 1:
            yield Breach(told=f"A deduction was made, and {len(logged)} usage logs tell of it", rows=shown)
        elif logged != [-entry["amount"]]:
            yield Breach(told="The usage log tells of other credits than were deducted", rows=shown)


def _the_payer_pays(recording: Recording) -> Iterator[Breach]:
    for model in (ENTRY, LOG, IMAGE):
        for row in recording.inserted(model):
            if str(row["account_id"]) != recording.account_id:
                yield Breach(told="It is of another account than the operation", rows=(f"{model} {row['id']}",))
    for entry in recording.inserted(ENTRY):
        own_id = str(entry["operation_id"] or "")
        if own_id != recording.operation_id and not own_id.startswith(f"{recording.operation_id}:"):
            told = "It stands under another id than the operation's: done again, it would be charged again"
            yield Breach(told=told, rows=(f"{ENTRY} {entry['id']}",))


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


MONEY_LAWS: Final = (
    Law(
        name="one_charge_per_image",
        sentence="Each image that is kept has exactly one deduction and one usage log, and no other image has one.",
        kinds=frozenset({IMAGES}),
        check=_one_charge_per_image,
    ),
    Law(
        name="one_charge_for_what_was_made",
        sentence="What a provider answered for and succeeded has exactly one deduction and log; what failed has none.",
        kinds=AI_KINDS - {IMAGES},
        check=_one_charge_for_what_was_made,
    ),
    Law(
        name="the_payer_pays",
        sentence="What is charged and logged is the account's whose operation it is, under the operation's own id.",
        kinds=AI_KINDS,
        check=_the_payer_pays,
    ),
    Law(
        name="balance_follows_the_ledger",
        sentence="A balance moves by exactly what the entries of the ledger say.",
        check=_balance_follows_the_ledger,
    ),
)
