"""An article into what its images are to show."""

from dataclasses import dataclass
from typing import ClassVar, Final

from igny8_core.ai.choices import in_article_images
from igny8_core.ai.exceptions import InvalidInput
from igny8_core.ai.functions.base import AIFunction
from igny8_core.ai.prompting import Prompt, json_object, json_prompt, list_at, text_at
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.usage import Related
from igny8_core.modules.writer.html import text_of
from igny8_core.modules.writer.models import Content, ImagePrompt

_INSTRUCTION: Final = (
    "You choose the images of an article. Describe for a painter what each is to show, in one or two sentences "
    "without text in the image: the featured one, and as many in the article as in_article_images says."
)
_SHAPE: Final = {"featured": "a description", "in_article": ["a description"]}
_TOKENS_PER_PROMPT: Final = 80
_CHARACTERS_SHOWN: Final = 6_000
_LONGEST_PROMPT: Final = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenes:
    """What the images are to show."""

    featured: str
    in_article: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateImagePrompts(AIFunction[Content, Scenes]):
    """Describes the featured image of one content and those in the article."""

    operation: ClassVar[OperationType] = OperationType.IMAGE_PROMPT_EXTRACTION

    content_id: int

    def validate(self) -> None:
        """Raise InvalidInput for a content that is not the site's, or has its prompts."""
        if not Content.objects.filter(account=self.account, site=self.site, pk=self.content_id).exists():
            raise InvalidInput(f"This site has no content {self.content_id}.")
        if ImagePrompt.objects.filter(content_id=self.content_id).exists():
            raise InvalidInput(f"The content {self.content_id} has its image prompts already. Delete those first.")

    def prepare(self) -> Content:
        """Read the content."""
        return Content.objects.get(pk=self.content_id)

    def build_prompt(self, prepared: Content) -> Prompt:
        """Ask for the scenes."""
        data = {
            "title": prepared.title,
            "article": text_of(prepared.html)[:_CHARACTERS_SHOWN],
            "in_article_images": in_article_images(),
        }
        return json_prompt(instruction=_INSTRUCTION, shape=_SHAPE, data=data)

    def expected_tokens(self, prepared: Content) -> int:  # noqa: ARG002
        """Estimate the answer."""
        return _TOKENS_PER_PROMPT * (in_article_images() + 1)

    def parse_response(self, prepared: Content, text: str) -> Scenes:  # noqa: ARG002
        """Return the scenes; of more than were asked for, the first ones."""
        answer = json_object(text)
        scenes = [scene[:_LONGEST_PROMPT].strip() for scene in list_at(answer, "in_article", str)]
        return Scenes(
            featured=text_at(answer, "featured", longest=_LONGEST_PROMPT),
            in_article=tuple(scene for scene in scenes if scene)[: in_article_images()],
        )

    def save_output(self, prepared: Content, parsed: Scenes) -> tuple[int, ...]:  # noqa: ARG002
        """Store a prompt for each scene."""
        content = Content.objects.select_for_update().filter(pk=self.content_id).first()
        if content is None or content.image_prompts.exists():
            raise InvalidInput("The content was deleted or got its prompts while the model was answering.")
        Role = ImagePrompt.Role  # noqa: N806  A class.
        scenes = [(Role.FEATURED, 0, parsed.featured)]
        scenes += [(Role.IN_ARTICLE, place, scene) for place, scene in enumerate(parsed.in_article, start=1)]
        rows = ImagePrompt.objects.bulk_create(
            ImagePrompt(account=self.account, content=content, role=role, position=place, prompt=scene)
            for role, place, scene in scenes
        )
        return tuple(row.pk for row in rows)

    def related(self) -> Related:
        """Return the content."""
        return Related(kind="content", pk=self.content_id)
