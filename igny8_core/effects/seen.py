"""What a recording shows of an operation on models: what was asked, and what came back."""

from collections.abc import Mapping
from typing import Any, Final

from igny8_core.business.billing import phase_one
from igny8_core.business.billing.models import AIModelConfig
from migration_harness.api import CannotSay, Recording, StepKind

IMAGES: Final = "image_generation"
AI_KINDS: Final = frozenset(
    {
        "clustering",
        "idea_generation",
        "content_generation",
        "image_prompt_extraction",
        IMAGES,
        "internal_linking",
        "content_optimization",
    }
)
"""The kinds of operations that ask a provider."""

_CUT_SHORT: Final = frozenset({
    "DatabaseError", "IntegrityError", "InterfaceError", "KeyboardInterrupt", "OperationalError",
    "SoftTimeLimitExceeded", "SystemExit",
})  # fmt: skip
"""Errors after which nothing could be written any more."""


def row_of(model: str) -> AIModelConfig:
    """Return the row of a model. Raises CannotSay where it has none, or while phase 1 is undone."""
    row = AIModelConfig.objects.filter(model_name=model).first() if phase_one.is_there() else None
    if row is None:
        raise CannotSay
    return row


def is_cut_short(recording: Recording) -> bool:
    """Tell whether the operation could not do all that it has to, or was charged by another one at the same time."""
    repeated = isinstance(recording.outcome, Mapping) and bool(recording.outcome.get("repeated"))
    return repeated or recording.error in _CUT_SHORT or bool(recording.missing)


def answered(recording: Recording) -> list[Mapping[str, Any]]:
    """Return the payloads that a provider gave its answer to, and not an error."""
    return [
        step.payload
        for step in recording.steps_of(StepKind.SENT)
        if step.answer is not None and 200 <= step.answer["status"] < 300  # noqa: PLR2004  The successes of HTTP.
    ]


def image_asked_for(payload: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return model, prompt and size of an image that was asked for; None where none was."""
    body = payload["body"]
    match body:
        case [{"taskType": "imageInference", "model": model, "positivePrompt": prompt, **rest}]:
            return model, prompt, f"{rest['width']}x{rest['height']}"
        case {"model": model, "prompt": prompt, "size": size}:
            return model, prompt, size
    return None
