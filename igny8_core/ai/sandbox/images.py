"""``POST /v1/images/generations`` as OpenAI speaks it."""

import base64
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from igny8_core.ai.sandbox.markers import Fault, without_markers
from igny8_core.ai.sandbox.picture import picture
from igny8_core.ai.sandbox.wire import Answer, Rejected, required

_CREATED: Final = 1_700_000_000
_SIZES: Final = {
    "dall-e-2": {"256x256", "512x512", "1024x1024"},
    "dall-e-3": {"1024x1024", "1792x1024", "1024x1792"},
}
_NOT_A_PICTURE: Final = base64.b64encode(b"I am afraid I cannot draw that.").decode()


def generate(body: Mapping[str, Any], *, fault: Fault | None, keep: Callable[[str, bytes], str]) -> Answer:
    """Answer with one picture as base64, as ``response_format`` ``b64_json`` asks for.

    ``keep`` takes a name and a picture and returns the address where it can be had.
    """
    model, prompt = required(body, "model", str), required(body, "prompt", str)
    size = body.get("size", "1024x1024")
    if model in _SIZES and size not in _SIZES[model]:
        raise Rejected(
            f"Invalid size {size!r} for {model}: {', '.join(sorted(_SIZES[model]))}.",
            code="invalid_value",
            parameter="size",
        )
    if model == "dall-e-3" and body.get("n", 1) != 1:
        raise Rejected("dall-e-3 makes one image per request.", code="invalid_value", parameter="n")
    width, height = (int(side) for side in size.split("x"))
    made = picture(prompt=without_markers(prompt), model=model, width=width, height=height)
    match fault:
        case Fault.EMPTY | Fault.NO_CHOICES:
            return Answer(status=200, body={"created": _CREATED, "data": []})
        case Fault.ADDRESS:
            content = {"url": keep(f"{sha256(made).hexdigest()[:24]}.png", made)}
        case Fault.PROSE:
            content = {"b64_json": _NOT_A_PICTURE}
        case _:
            content = {"b64_json": base64.b64encode(made).decode()}
    return Answer(status=200, body={"created": _CREATED, "data": [{**content, "revised_prompt": prompt}]})
