"""A task into its article."""

from dataclasses import dataclass
from typing import ClassVar, Final

from igny8_core.ai.exceptions import InvalidInput
from igny8_core.ai.functions.base import AIFunction
from igny8_core.ai.prompting import Prompt, UnexpectedAnswer, json_object, json_prompt, text_at
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.usage import Related
from igny8_core.modules.writer.html import sanitise, word_count
from igny8_core.modules.writer.models import Content, Task

_INSTRUCTION: Final = (
    "You write for a web site. Write the article that is described, in HTML without head and body: "
    "headings h2 and h3, paragraphs, lists. Be correct and concrete; promise nothing that you do not say."
)
_SHAPE: Final = {
    "title": "a title",
    "html": "<h2>a heading</h2><p>a paragraph</p>",
    "meta_title": "at most 60 characters",
    "meta_description": "at most 160 characters",
}
_EXPECTED_TOKENS: Final = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the model wrote, its HTML sanitised."""

    title: str
    html: str
    meta_title: str
    meta_description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateContent(AIFunction[Task, Article]):
    """Writes the article of one task."""

    operation: ClassVar[OperationType] = OperationType.CONTENT_GENERATION

    task_id: int

    def validate(self) -> None:
        """Raise InvalidInput for a task that is not the site's, or is written already."""
        task = Task.objects.filter(account=self.account, site=self.site, pk=self.task_id).first()
        if task is None:
            raise InvalidInput(f"This site has no task {self.task_id}.")
        if Content.objects.filter(task=task).exists():
            raise InvalidInput(f"The task {task.pk} has its content already. Delete that first to write it anew.")

    def prepare(self) -> Task:
        """Read the task."""
        return Task.objects.select_related("cluster").get(pk=self.task_id)

    def build_prompt(self, prepared: Task) -> Prompt:
        """Ask for the article."""
        data = {
            "title": prepared.title,
            "description": prepared.description,
            "keywords": prepared.keywords,
            "subject": prepared.cluster.name if prepared.cluster else "",
        }
        return json_prompt(instruction=_INSTRUCTION, shape=_SHAPE, data=data)

    def expected_tokens(self, prepared: Task) -> int:  # noqa: ARG002
        """Estimate the answer."""
        return _EXPECTED_TOKENS

    def parse_response(self, prepared: Task, text: str) -> Article:
        """Return the article; what a browser must not get is taken out of its HTML."""
        answer = json_object(text)
        html = sanitise(text_at(answer, "html"))
        if not word_count(html):
            raise UnexpectedAnswer("the article has no words")
        return Article(
            title=text_at(answer, "title", longest=255, needed=False) or prepared.title,
            html=html,
            meta_title=text_at(answer, "meta_title", longest=255, needed=False),
            meta_description=text_at(answer, "meta_description", longest=500, needed=False),
        )

    def save_output(self, prepared: Task, parsed: Article) -> tuple[int, ...]:  # noqa: ARG002
        """Store the content, and complete the task."""
        task = Task.objects.select_for_update().filter(pk=self.task_id).first()
        if task is None or Content.objects.filter(task=task).exists():
            raise InvalidInput("The task was written or deleted while the model was answering.")
        content = Content.objects.create(
            account=self.account,
            site=self.site,
            task=task,
            title=parsed.title,
            html=parsed.html,
            meta_title=parsed.meta_title,
            meta_description=parsed.meta_description,
            word_count=word_count(parsed.html),
        )
        task.status = Task.Status.COMPLETED
        task.save(update_fields=["status"])
        return (content.pk,)

    def related(self) -> Related:
        """Return the task."""
        return Related(kind="task", pk=self.task_id)
