"""Laws of what is asked of providers, and of what is made of their answers."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from igny8_core.effects.seen import AI_KINDS, IMAGES, image_asked_for, row_of
from igny8_core.modules.writer.models import Image, ImagePrompt
from migration_harness.api import Breach, CannotSay, Law, Recording, StepKind

CHECKED: Final = "balance_checked"
"""What the ledger notes where a balance was found to be enough."""


def _balance_before_provider(recording: Recording) -> Iterator[Breach]:
    checked = asked = 0
    for step in recording.steps:
        if step.kind is StepKind.NOTED and step.name == CHECKED:
            checked += step.payload["credits"] >= step.payload["cost"]
        elif step.kind is StepKind.SENT:
            # What is asked again after an error was checked for before.
            asked += step.answer is not None and step.answer["status"] < 300  # noqa: PLR2004  A success of HTTP.
            if not checked or asked > checked:
                yield Breach(told=f"{step.name} was asked before anybody saw that the balance is enough")
                return


def _no_two_files_share_a_path(recording: Recording) -> Iterator[Breach]:
    written = recording.steps_of(StepKind.FILE)
    for step in written:
        if step.payload["replaced"]:
            yield Breach(told="A file was written over another one", rows=(step.name,))
    twice = [name for name, times in Counter(step.name for step in written).items() if times > 1]
    files = [image["file"] for image in recording.inserted("writer.Image")]
    shared = {name for name in files if Image.objects.filter(file=name).count() > 1 or files.count(name) > 1}
    for name in sorted({*twice, *shared}):
        yield Breach(told="Two images have one file", rows=(name,))


def _size_is_the_models(recording: Recording) -> Iterator[Breach]:
    wanted = recording.inputs.get("prompt_ids")
    prompts = ImagePrompt.objects.filter(pk__in=wanted if isinstance(wanted, list) else [])
    roles: dict[str, set[str]] = {}
    for prompt in prompts:
        roles.setdefault(prompt.prompt, set()).add(prompt.role)
    for step in recording.steps_of(StepKind.SENT):
        if (asked := image_asked_for(step.payload)) is None:
            continue
        model, text, size = asked
        row = row_of(model)
        if not (row.square_size and row.landscape_size) or text not in roles:
            raise CannotSay
        sizes = {row.landscape_size if role == "featured" else row.square_size for role in roles[text]}
        if size not in sizes:
            yield Breach(told=f"{model} was asked for {size}, and has {' or '.join(sorted(sizes))} for that place")


PROVIDER_LAWS: Final = (
    Law(
        name="balance_before_provider",
        sentence="A provider is asked only after it was seen that the balance is enough.",
        kinds=AI_KINDS,
        check=_balance_before_provider,
    ),
    Law(
        name="no_two_files_share_a_path",
        sentence="No two images have one file, and no file is written over another.",
        check=_no_two_files_share_a_path,
        kinds=frozenset({IMAGES}),
    ),
    Law(
        name="size_is_the_models",
        sentence="An image is asked for in the size that its model has for the place where it stands.",
        kinds=frozenset({IMAGES}),
        check=_size_is_the_models,
    ),
)
