"""Deleting tasks, contents and images' prompts, with what would be left behind otherwise."""

from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db import transaction

from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task


@transaction.atomic
def delete_task(task: Task) -> None:
    """Delete a task; its idea can be queued again, its content stays."""
    idea_id = task.idea_id
    task.delete()
    if idea_id is not None:
        ContentIdea.objects.filter(pk=idea_id).update(status=ContentIdea.Status.NEW)


@transaction.atomic
def delete_content(content: Content) -> None:
    """Delete a content with its prompts and images; its task can be written again."""
    task_id = content.task_id
    _remove_files_of(Image.objects.filter(prompt__content=content).values_list("file", flat=True))
    content.delete()
    if task_id is not None:
        Task.objects.filter(pk=task_id).update(status=Task.Status.QUEUED)


@transaction.atomic
def delete_image_prompt(prompt: ImagePrompt) -> None:
    """Delete a prompt and the images that were made of it."""
    _remove_files_of(prompt.images.values_list("file", flat=True))
    prompt.delete()


def _remove_files_of(names: Iterable[str]) -> None:
    """Remove files from the storage once their rows are gone for good."""
    for name in list(names):
        transaction.on_commit(lambda name=name: default_storage.delete(name))  # type: ignore[misc]
