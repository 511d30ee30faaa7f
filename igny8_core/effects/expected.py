"""In which effects the two sides are meant to differ: what follows from the signed lists, and nothing besides.

# @legacy file model-selection, model-based-credits

A rule is asked for one difference, and looks at both recordings. It says yes where the new value is the one that the
signed list gives and the old one that of the tariff that it replaces; a value that is only near is a discrepancy.
"""

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from math import ceil
from typing import Any, Final

from igny8_core.ai.signed_defaults import signed_defaults
from igny8_core.business.billing.price_list import TABLES, TARIFFS, image_price_list, price_list
from igny8_core.business.billing.provider_prices import kept_provider_prices
from igny8_core.business.billing.usage import Usage
from igny8_core.effects.money_laws import ACCOUNT
from igny8_core.effects.seen import ENTRY, IMAGES, LOG
from migration_harness.api import Difference, Oracle, Recording, Rule

_PLACE: Final = re.compile(r"\[(\d+)\]")
_MODEL: Final = re.compile(r"(\.model|\.model_used|\.model_name)$")
_PRICE: Final = re.compile(
    rf"^effects\.rows\.({re.escape(ENTRY)}\[\*\]\.columns\.(amount|balance_after)"
    rf"|{re.escape(LOG)}\[\*\]\.columns\.credits_used|{re.escape(ACCOUNT)}\[\*\]\.to\.credits)$"
    r"|^effects\.outcome(\.images\[\*\])?\.credits$"
)
_ESTIMATE: Final = re.compile(r"^effects\.noted\[\*\]\.said\.cost$")
_SEEN_BALANCE: Final = re.compile(r"^effects\.noted\[\*\]\.said\.credits$")
Log = Mapping[str, Any]


def _model(differences: Iterable[Difference], call: Mapping[str, Any]) -> bool:
    """Whoever has chosen no model is on the signed default: it is named wherever the other one was."""
    (found,) = differences
    old, new = (_defaults(answer) for answer in (signed_defaults.recorded_legacy, signed_defaults.answer))
    pairs = [(one, other) for one, other in zip(old, new, strict=True) if one and other]
    if _MODEL.search(found.field):
        return (found.control, found.candidate) in pairs
    if found.field.endswith(f"{ENTRY}[*].columns.description"):
        return any(str(found.control).replace(f"({one},", f"({other},") == found.candidate for one, other in pairs)
    if found.field.endswith(f"{ENTRY}[*].columns.content_hash"):
        return str(found.candidate) == _content_hash(_log(call["candidate"], _place(found)))
    return False


def _price(differences: Iterable[Difference], call: Mapping[str, Any]) -> bool:
    """Each charge is that of the signed list, before it was that of the tariff; balances follow."""
    (found,) = differences
    control, candidate = call["control"], call["candidate"]
    if _ESTIMATE.match(found.field):
        return _is_estimate(call["kind"], old=found.control, new=found.candidate)
    if not (_is_charged(control, _tariff) and _is_charged(candidate, _signed)):
        return False
    if _SEEN_BALANCE.match(found.field):
        return found.control in _balances(control) and found.candidate in _balances(candidate)
    return _PRICE.match(found.field) is not None


def _cost(differences: Iterable[Difference], call: Mapping[str, Any]) -> bool:
    """A call costs what the provider takes for the model that was asked."""
    (found,) = differences
    if found.field != f"effects.rows.{LOG}[*].columns.cost_usd":
        return False
    sides = ((call["control"], found.control), (call["candidate"], found.candidate))
    return all(_is_cost(_log(recording, _place(found)), value) for recording, value in sides)


def _is_charged(recording: Recording, price: Any) -> bool:
    """Whether every charge is of this price, and every balance is the one before less the charges."""
    logs = [log for log in recording.inserted(LOG) if log["transaction_id"] is not None]
    entries, balance = recording.inserted(ENTRY), _first_balance(recording)
    if len(logs) != len(entries):
        return False
    for entry, log in zip(entries, logs, strict=True):
        balance = None if balance is None else balance + entry["amount"]
        if not (entry["amount"] == -log["credits_used"] and log["credits_used"] == price(recording.kind, log)):
            return False
        if balance is not None and entry["balance_after"] != balance:
            return False
    return True


def _first_balance(recording: Recording) -> int | None:
    before = [row.before["credits"] for row in recording.rows_of(ACCOUNT) if row.before is not None]
    return before[0] if before else None


def _balances(recording: Recording) -> list[int]:
    """Return every balance that the account had while the operation ran."""
    first = _first_balance(recording)
    return [] if first is None else [first, *(entry["balance_after"] for entry in recording.inserted(ENTRY))]


def _signed(kind: str, log: Log) -> int | None:
    oracle = image_price_list if kind == IMAGES else price_list
    return _asked(oracle.answer, kind, log)


def _tariff(kind: str, log: Log) -> int | None:
    oracle = image_price_list if kind == IMAGES else price_list
    return _asked(oracle.recorded_legacy, kind, log)


def _asked(answer: Any, kind: str, log: Log) -> int | None:
    found: int | None = answer(operation=kind, model=log["model_used"], usage=_usage(log), images=1)
    return found


def _is_estimate(kind: str, *, old: Any, new: Any) -> bool:
    """Tell whether a model, or a number of tokens, costs the one by the tariff and the other by the list."""
    if kind == IMAGES:
        prices = TABLES["credits_per_image"].items()
        return any(
            (image_price_list.recorded_legacy(model=model, images=1), price) == (old, new) for model, price in prices
        )
    if type(old) is not int or type(new) is not int or kind not in TARIFFS:
        return False
    tariff = TARIFFS[kind]
    each = tariff["tokens_per_credit"]
    least = 1 if old <= tariff["min_credits"] else (old - 1) * each + 1
    per_credit = TABLES["tokens_per_credit"].values()
    return any(ceil(least / rate) <= new <= ceil(old * each / rate) for rate in per_credit)


def _is_cost(log: Log | None, value: Any) -> bool:
    if log is None or value is None:
        return False
    cost = kept_provider_prices.answer(model=log["model_used"], usage=_usage(log), images=_images(log))
    return cost is not None and str(cost) == str(value)


def _content_hash(log: Log | None) -> str:
    if log is None:
        return ""
    used = {"tokens_input": log["tokens_input"], "tokens_output": log["tokens_output"]}
    made = [_images(log)] if _images(log) else []
    told = json.dumps([log["account_id"], log["operation_type"], log["model_used"], used, *made], sort_keys=True)
    return sha256(told.encode()).hexdigest()


def _images(log: Log) -> int:
    return 1 if log["operation_type"] == IMAGES else 0


def _usage(log: Log) -> Usage:
    return Usage(tokens_input=log["tokens_input"], tokens_output=log["tokens_output"])


def _log(recording: Recording, place: int) -> Log | None:
    logs = recording.inserted(LOG)
    return logs[place] if place < len(logs) else None


def _place(found: Difference) -> int:
    return int(match[1]) if (match := _PLACE.search(found.path)) else 0


def _defaults(answer: Any) -> list[str | None]:
    return [answer(model_type=model_type) for model_type in ("text", "image")]


def _rule(oracle: Oracle, covers: Any) -> Rule:
    return Rule(
        name=oracle.name,
        reason=oracle.reason,
        owner=oracle.owner,
        expires=oracle.expires,
        covers=covers,
        version=oracle.version,
    )


EXPECTED: Final = (_rule(signed_defaults, _model), _rule(price_list, _price), _rule(kept_provider_prices, _cost))
