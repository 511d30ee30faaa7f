"""What the signed price list changes about the choices: retired models go, each other one comes with its price."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Any, Final

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.legacy.catalogue import model_choices as hard_coded_choices
from migration_harness.api import Difference, Rule, version_of

_FILE: Final = files("igny8_core.business.billing") / "price_list.toml"
_LIST: Final[dict[str, Any]] = tomllib.loads(_FILE.read_text())


def _covers(differences: tuple[Difference, ...], call: Mapping[str, Any]) -> bool:
    """Tell whether these are the planned differences, and all models are there that the list adds."""
    names = {choice.model_name: choice.display_name for choice in hard_coded_choices(**call)}
    signed = _signed_values(call["model_type"], names)
    added = {d.candidate.model_name for d in differences if d.kind == "extra"}
    return signed.keys() - names.keys() <= added and all(_is_planned(d, signed) for d in differences)


def _is_planned(difference: Difference, signed: Mapping[str, dict[str, Any]]) -> bool:
    if difference.kind == "missing":
        return difference.control.model_name not in signed
    if difference.kind == "extra":
        choice = asdict(difference.candidate)
        values = signed.get(choice["model_name"])
        return values is not None and all(choice[field] == value for field, value in values.items())
    # A field of a model that both have: the path is that of the model, which may contain dots, and the field.
    model_name, _, field = difference.path.partition(".")[2].rpartition(".")
    values = signed.get(model_name, {})
    return field in values and difference.candidate == values[field]


def _signed_values(model_type: str, names: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the fields that the list sets, by model. A text model keeps its name, an image model gets its tier's."""
    if model_type == AIModelConfig.ModelType.TEXT:
        return {
            model: {"label": f"{names.get(model, model)} ({price:,} tokens/credit)", "tokens_per_credit": price}
            for model, price in _LIST["tokens_per_credit"].items()
        }
    return {model: _signed_image(model, price) for model, price in _LIST["credits_per_image"].items()}


def _signed_image(model: str, price: int) -> dict[str, Any]:
    tier: str = _LIST["quality_tier"][model]
    name = tier.capitalize()
    unit = "credit" if price == 1 else "credits"
    return {
        "display_name": name,
        "label": f"{name} ({price} {unit}/image)",
        "credits_per_image": price,
        "quality_tier": tier,
    }


signed_choices = Rule(
    name="signed price list",
    reason="Models without a signed price are retired; every other one is shown with its price.",
    owner=_LIST["signed"]["by"],
    expires=_LIST["signed"]["explains_until"],
    covers=_covers,
    version=version_of(_FILE.read_bytes()),
)
