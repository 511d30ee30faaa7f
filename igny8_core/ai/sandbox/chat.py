"""``POST /v1/chat/completions`` as OpenAI speaks it."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from igny8_core.ai.sandbox.answers import answer_json, json_in
from igny8_core.ai.sandbox.markers import Fault, Marker, without_markers
from igny8_core.ai.sandbox.wire import Answer, Rejected, required
from igny8_core.ai.sandbox.writing import paragraph

_CHARACTERS_PER_TOKEN: Final = 4
_CREATED: Final = 1_700_000_000
_HALVES: Final = (Fault.LENGTH, Fault.FILTERED, Fault.BROKEN_JSON)
_ENDS: Final[Mapping[Fault | None, str]] = {Fault.LENGTH: "length", Fault.FILTERED: "content_filter"}
# Those that think before they answer have no temperature.
_REASONS: Final = re.compile(r"o\d|gpt-5(-|\Z)")


def prompt_of(body: Mapping[str, Any]) -> str:
    """Return all that the messages say, for markers and token counts."""
    return "\n".join(_text_of(message) for message in required(body, "messages", list))


def complete(body: Mapping[str, Any], *, marker: Marker, fault: Fault | None) -> Answer:
    """Answer a conversation: with JSON where it is asked for, else with a paragraph."""
    model, prompt = required(body, "model", str), prompt_of(body)
    if "max_tokens" in body and model.startswith(("gpt-5", "o")):
        raise Rejected(
            "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            code="unsupported_parameter",
            parameter="max_tokens",
        )
    if "temperature" in body and _REASONS.match(model):
        raise Rejected(
            "Unsupported value: 'temperature' is not supported with this model.",
            code="unsupported_value",
            parameter="temperature",
        )
    seed = sha256(f"{model}\x1f{without_markers(prompt)}".encode()).hexdigest()
    text = _told(without_markers(prompt), seed) if fault is Fault.PROSE else _content(body, seed)
    if fault in _HALVES:
        text = text[: len(text) // 2]
    answer: dict[str, Any] = {
        "id": f"chatcmpl-{seed[:24]}",
        "object": "chat.completion",
        "created": _CREATED,
        "model": model,
        "choices": [] if fault is Fault.NO_CHOICES else [_choice(text, fault)],
    }
    if fault is not Fault.NO_USAGE:
        answer["usage"] = _usage(prompt, text, marker, fault)
    return Answer(status=200, body=answer)


def _choice(text: str, fault: Fault | None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if fault is Fault.REFUSAL:
        message |= {"content": None, "refusal": "I am sorry, I cannot help with that."}
    elif fault is Fault.EMPTY:
        message["content"] = ""
    return {"index": 0, "message": message, "logprobs": None, "finish_reason": _ENDS.get(fault, "stop")}


def _content(body: Mapping[str, Any], seed: str) -> str:
    messages = required(body, "messages", list)
    system = "\n".join(_text_of(m) for m in messages if m.get("role") in {"system", "developer"})
    user = "\n".join(_text_of(m) for m in messages if m.get("role") == "user")
    shape = json_in(system) or json_in(user)
    wants_json = body.get("response_format", {}).get("type") in {"json_object", "json_schema"}
    if not wants_json or shape is None:
        return _told(without_markers(user), seed)
    data = (json_in(user) or {}) if json_in(system) else {}
    return json.dumps(answer_json(shape=shape, data=data, seed=seed), ensure_ascii=False)


def _told(user: str, seed: str) -> str:
    subject = " ".join(user.split()[:6]).strip('{}[]":,.') or "that"
    return paragraph(subject.lower(), seed)


def _usage(prompt: str, text: str, marker: Marker, fault: Fault | None) -> dict[str, int]:
    tokens_in = _tokens(prompt) if marker.tokens_in is None else marker.tokens_in
    tokens_out = _tokens(text) if marker.tokens_out is None else marker.tokens_out
    if fault is Fault.ZERO_USAGE:
        tokens_in = tokens_out = 0
    return {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}


def _tokens(text: str) -> int:
    return max(1, -(-len(text) // _CHARACTERS_PER_TOKEN))


def _text_of(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        content = "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    if not isinstance(content, str):
        raise Rejected("Each message has a 'content' of text.")
    return content
