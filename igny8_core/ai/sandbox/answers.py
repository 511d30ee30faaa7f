"""JSON answers to what the service asks: the sandbox reads the shape that is asked for and the data it is about.

A prompt of the service has two JSON objects: in the system message an example of the answer's shape, in the
user's message the data. Known shapes get a sensible answer; any other is filled in field by field.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from igny8_core.ai.sandbox import articles, planning
from igny8_core.ai.sandbox.markers import without_markers
from igny8_core.ai.sandbox.writing import number, sentence

Json = dict[str, Any]

_KNOWN: Final[tuple[tuple[frozenset[str], Callable[[Json, str], Json]], ...]] = (
    (frozenset({"clusters"}), planning.clusters),
    (frozenset({"ideas"}), planning.ideas),
    (frozenset({"featured", "in_article"}), articles.image_prompts),
    (frozenset({"links"}), articles.links),
    (frozenset({"title", "html"}), articles.article),
    (frozenset({"html"}), articles.optimized),
)


def answer_json(*, shape: Json, data: Json, seed: str) -> Json:
    """Return an answer of this shape about these data, without their markers."""
    data = _clean(data)
    known = next((answer for names, answer in _KNOWN if names <= shape.keys()), None)
    made = known(data, seed) if known else {}
    # Fields that the known answer does not have are filled in; those that nobody asked for are left out.
    return {name: made[name] if name in made else _filled(name, shape[name], data, seed) for name in shape}


def json_in(text: str) -> Json | None:
    """Return the largest JSON object that stands in a text, or None."""
    decoder, found, start = json.JSONDecoder(), None, text.find("{")
    longest = 0
    while start != -1:
        try:
            value, length = decoder.raw_decode(text[start:])
        except ValueError:
            start = text.find("{", start + 1)
            continue
        if length > longest:
            found, longest = value, length
        start = text.find("{", start + length)
    return found


def _filled(name: str, example: Any, data: Mapping[str, Any], seed: str) -> Any:
    if isinstance(example, dict):
        return {key: _filled(key, value, data, f"{seed}.{key}") for key, value in example.items()}
    if isinstance(example, list):
        return [_filled(name, example[0], data, f"{seed}.{name}")] if example else []
    if isinstance(example, bool):
        return True
    if isinstance(example, int | float):
        return number(f"{seed}.{name}", 100)
    echoed = data.get(name)
    return echoed if isinstance(echoed, str) and echoed else sentence(name.replace("_", " "), f"{seed}.{name}")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_markers(value)
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value
