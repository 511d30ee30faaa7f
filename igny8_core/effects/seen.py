"""What a recording shows of an operation on models: what was asked, and what came back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from igny8_core.business.billing import phase_one
from igny8_core.business.billing.models import AIModelConfig
from migration_harness.api import Recording, Step, StepKind

ENTRY: Final = "billing.CreditTransaction"
LOG: Final = "billing.CreditUsageLog"
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


def row_of(model: str) -> AIModelConfig | None:
    """Return the row of a model; None where it has none, or while phase 1 is undone."""
    return AIModelConfig.objects.filter(model_name=model).first() if phase_one.is_there() else None


def is_cut_short(recording: Recording) -> bool:
    """Tell whether the operation could not do all that it has to, or was charged by another one at the same time."""
    repeated = isinstance(recording.outcome, Mapping) and bool(recording.outcome.get("repeated"))
    return repeated or recording.error in _CUT_SHORT or bool(recording.missing)


def succeeded(step: Step) -> bool:
    """Tell whether a provider did what it was asked for: one says with a success of HTTP, too, that it did not."""
    if step.answer is None or not 200 <= step.answer["status"] < 300:  # noqa: PLR2004  The successes of HTTP.
        return False
    body = step.answer["body"]
    return not isinstance(body, Mapping) or bool(body.get("data")) or not (body.get("errors") or body.get("error"))


def answered(recording: Recording) -> list[Step]:
    """Return what was sent that a provider gave its answer to, and not an error."""
    return [step for step in recording.steps_of(StepKind.SENT) if succeeded(step)]


def unanswered(recording: Recording) -> int:
    """Return how often nothing came back, or not all of it."""
    return sum(step.answer is None for step in recording.steps_of(StepKind.SENT))


def usage_told(recording: Recording) -> Iterator[tuple[str, int, int]]:
    """Return of each answer the model that was asked, and the tokens by its provider: none of an image."""
    for step in answered(recording):
        image = image_asked_for(step.payload)
        if image is not None:
            yield image.model, 0, 0
            continue
        match step.payload["body"], (step.answer or {})["body"]:
            case {"model": model}, {"usage": {"prompt_tokens": int(sent), "completion_tokens": int(generated)}}:
                yield model, sent, generated


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAskedFor:
    """What an image was asked for with; ``size`` is empty where none was named."""

    model: str
    prompt: str
    size: str


def image_asked_for(payload: Mapping[str, Any]) -> ImageAskedFor | None:
    """Return what an image was asked for with; None where none was."""
    match payload["body"]:
        case [{"taskType": "imageInference", "model": model, "positivePrompt": prompt, **rest}]:
            size = f"{rest['width']}x{rest['height']}" if {"width", "height"} <= rest.keys() else ""
            return ImageAskedFor(model=model, prompt=prompt, size=size)
        case {"model": model, "prompt": prompt, **rest}:
            return ImageAskedFor(model=model, prompt=prompt, size=str(rest.get("size", "")))
    return None


def asked(step: Step) -> str:
    """Return what was asked, the same where it is asked again."""
    return str(image_asked_for(step.payload) or step.payload["body"])
