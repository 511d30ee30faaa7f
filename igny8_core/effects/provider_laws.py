"""Laws of what is asked of providers, and of what is made of their answers."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from igny8_core.effects.seen import AI_KINDS, IMAGES, asked, image_asked_for, row_of, succeeded
from igny8_core.modules.writer.models import Image, ImagePrompt
from migration_harness.api import Breach, CannotSay, Law, Recording, StepKind

CHECKED: Final = "balance_checked"
"""What the ledger notes where a balance was found to be enough."""


def _balance_before_provider(recording: Recording) -> Iterator[Breach]:
    checked, failed = 0, set[str]()
    for step in recording.steps:
        if step.kind is StepKind.NOTED and step.name == CHECKED:
            facts = step.payload
            is_the_payers = str(facts["account"]) == recording.account_id
            checked += is_the_payers and 0 < facts["cost"] <= facts["credits"]
        elif step.kind is StepKind.SENT:
            what = asked(step)
            # What is asked again after an error was checked for before.
            checked -= what not in failed
            if checked < 0:
                yield Breach(told=f"{step.name} was asked before anybody saw that the balance is enough")
                return
            failed.discard(what) if succeeded(step) else failed.add(what)


def _no_two_files_share_a_path(recording: Recording) -> Iterator[Breach]:
    written, there = recording.steps_of(StepKind.FILE), set[str]()
    for step in recording.steps:
        if step.kind is StepKind.FILE:
            there.add(step.name)
        elif step.kind is StepKind.FILE_DELETED:
            there.discard(step.name)
            if Image.objects.filter(file=step.name).exists():
                yield Breach(told="A file was deleted that is an image's", rows=(step.name,))
    for step in written:
        if step.payload["replaced"]:
            yield Breach(told="A file was written over another one", rows=(step.name,))
    twice = [name for name, times in Counter(step.name for step in written).items() if times > 1]
    files = [image["file"] for image in recording.inserted("writer.Image")]
    shared = {name for name in files if Image.objects.filter(file=name).count() > 1 or files.count(name) > 1}
    for name in sorted({*twice, *shared}):
        yield Breach(told="Two images have one file", rows=(name,))
    for name in sorted({*files} - there):
        yield Breach(told="An image was kept, and its file was not written", rows=(name,))


def _size_is_the_models(recording: Recording) -> list[Breach]:
    wanted = recording.inputs.get("prompt_ids")
    prompts = ImagePrompt.objects.filter(pk__in=wanted if isinstance(wanted, list) else [])
    roles: dict[str, set[str]] = {}
    for prompt in prompts:
        roles.setdefault(prompt.prompt, set()).add(prompt.role)
    found, unknown = [], False
    for step in recording.steps_of(StepKind.SENT):
        image = image_asked_for(step.payload)
        row = None if image is None else row_of(image.model)
        if image is None or row is None or not (row.square_size and row.landscape_size):
            unknown = True
            continue
        # Under a text that no prompt has, any place may be meant.
        places = roles.get(image.prompt, {"featured", "in_article"})
        sizes = {row.landscape_size if role == "featured" else row.square_size for role in places}
        if image.size not in sizes:
            told = f"{image.model} was asked for {image.size or 'no size'}, and has {' or '.join(sorted(sizes))}"
            found.append(Breach(told=f"{told} for that place"))
    if unknown and not found:
        raise CannotSay
    return found


PROVIDER_LAWS: Final = (
    Law(
        name="balance_before_provider",
        sentence="A provider is asked only after it was seen that the payer's balance is enough, each time anew.",
        kinds=AI_KINDS,
        check=_balance_before_provider,
    ),
    Law(
        name="no_two_files_share_a_path",
        sentence="Each image has a file of its own: none is written over another, shared, or deleted.",
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
