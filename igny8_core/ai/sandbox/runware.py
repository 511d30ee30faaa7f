"""``POST /v1`` as Runware speaks it: a JSON array of tasks, answers under ``data``."""

import base64
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from igny8_core.ai.sandbox.markers import Fault, without_markers
from igny8_core.ai.sandbox.picture import picture
from igny8_core.ai.sandbox.wire import Answer, Rejected, required

_SIDES: Final = range(128, 2049)
_NOT_A_PICTURE: Final = b"I am afraid I cannot draw that."


def prompt_of(tasks: Any) -> str:
    """Return the prompts of all tasks, for markers."""
    return "\n".join(str(task.get("positivePrompt", "")) for task in tasks if isinstance(task, dict))


def infer(tasks: Any, *, fault: Fault | None, keep: Callable[[str, bytes], str]) -> Answer:
    """Answer each task; ``keep`` takes a name and a picture and returns the address where it can be had."""
    if not isinstance(tasks, list) or not tasks:
        raise Rejected("The body must be an array of tasks.")
    made = [result for task in tasks for result in _results(task, fault=fault, keep=keep)]
    if fault in (Fault.EMPTY, Fault.NO_CHOICES):
        made = []
    return Answer(status=200, body={"data": made})


def _results(task: Any, *, fault: Fault | None, keep: Callable[[str, bytes], str]) -> list[dict[str, Any]]:
    if not isinstance(task, dict) or task.get("taskType") != "imageInference":
        raise Rejected("'taskType' must be 'imageInference'.", code="invalidTaskType")
    task_uuid = _uuid(task)
    width, height = _side(task, "width"), _side(task, "height")
    model, prompt = required(task, "model", str), required(task, "positivePrompt", str)
    results = []
    for index in range(task.get("numberResults", 1)):
        seed = f"{without_markers(prompt)}\x1f{index}" if index else without_markers(prompt)
        content = picture(prompt=seed, model=model, width=width, height=height)
        results.append(
            {
                "taskType": "imageInference",
                "taskUUID": task_uuid,
                "imageUUID": str(UUID(bytes=sha256(content).digest()[:16], version=4)),
                **_image(
                    "URL" if fault is Fault.ADDRESS else task.get("outputType", "URL"),
                    _NOT_A_PICTURE if fault is Fault.PROSE else content,
                    keep,
                ),
            }
        )
    return results


def _image(kind: str, content: bytes, keep: Callable[[str, bytes], str]) -> dict[str, str]:
    encoded = base64.b64encode(content).decode()
    if kind == "base64Data":
        return {"imageBase64Data": encoded}
    if kind == "dataURI":
        return {"imageDataURI": f"data:image/png;base64,{encoded}"}
    return {"imageURL": keep(f"{sha256(content).hexdigest()[:24]}.png", content)}


def _side(task: Mapping[str, Any], name: str) -> int:
    value: int = required(task, name, int)
    if value not in _SIDES:
        raise Rejected(f"{name!r} must be from {_SIDES[0]} to {_SIDES[-1]}.", code="invalidSize", parameter=name)
    return value


def _uuid(task: Mapping[str, Any]) -> str:
    text: str = required(task, "taskUUID", str)
    try:
        return str(UUID(text))
    except ValueError:
        raise Rejected("'taskUUID' must be a UUID.", code="invalidTaskUUID") from None
