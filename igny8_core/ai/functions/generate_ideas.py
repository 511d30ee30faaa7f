"""Clusters into ideas for articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db.models import QuerySet

from igny8_core.ai.exceptions import InvalidInput
from igny8_core.ai.functions.base import AIFunction
from igny8_core.ai.prompting import Prompt, UnexpectedAnswer, json_object, json_prompt, list_at, text_at
from igny8_core.business.billing.models import OperationType
from igny8_core.modules.planner.models import Cluster, ContentIdea

_INSTRUCTION: Final = (
    "You plan the content of a web site. Propose articles for each cluster of keywords. "
    "Each has a title, a sentence on what it is about, and those of the cluster's keywords that it answers."
)
_SHAPE: Final = {"ideas": [{"cluster_id": 1, "title": "a title", "description": "one sentence", "keywords": ["one"]}]}
_TOKENS_PER_CLUSTER: Final = 150
_KEYWORDS_SHOWN: Final = 50
_LONGEST_TITLE: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """An article as the model proposes it."""

    cluster_id: int
    title: str
    description: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateIdeas(AIFunction[list[Cluster], list[Idea]]):
    """Proposes articles for clusters; a title that a cluster has already is not proposed again."""

    operation: ClassVar[OperationType] = OperationType.IDEA_GENERATION

    cluster_ids: Sequence[int]

    def validate(self) -> None:
        """Raise InvalidInput without a cluster."""
        if not self._clusters().exists():
            raise InvalidInput("None of these clusters is one of this site.")

    def prepare(self) -> list[Cluster]:
        """Read the clusters and their keywords."""
        return list(self._clusters().prefetch_related("keywords"))

    def build_prompt(self, prepared: list[Cluster]) -> Prompt:
        """Ask for ideas."""
        return json_prompt(instruction=_INSTRUCTION, shape=_SHAPE, data={"clusters": [_shown(c) for c in prepared]})

    def expected_tokens(self, prepared: list[Cluster]) -> int:
        """Estimate the answer."""
        return _TOKENS_PER_CLUSTER * len(prepared)

    def parse_response(self, prepared: list[Cluster], text: str) -> list[Idea]:
        """Return the ideas; one for a cluster that was not asked about spoils the answer."""
        ideas = [_idea(found) for found in list_at(json_object(text), "ideas", dict)]
        if not ideas:
            raise UnexpectedAnswer("there is no idea in it")
        if not {idea.cluster_id for idea in ideas} <= {cluster.pk for cluster in prepared}:
            raise UnexpectedAnswer("an idea is for a cluster that nobody asked about")
        return ideas

    def save_output(self, prepared: list[Cluster], parsed: list[Idea]) -> tuple[int, ...]:  # noqa: ARG002
        """Keep the ideas that are new to their cluster."""
        there = set(self._clusters().select_for_update().values_list("pk", flat=True))
        if not any(idea.cluster_id in there for idea in parsed):
            raise InvalidInput("The clusters were deleted while the model was answering.")
        created = []
        for idea in parsed:
            if idea.cluster_id in there:
                row, is_new = ContentIdea.objects.get_or_create(
                    cluster_id=idea.cluster_id,
                    title=idea.title,
                    defaults={
                        "account": self.account,
                        "site": self.site,
                        "description": idea.description,
                        "keywords": list(idea.keywords),
                    },
                )
                created += [row.pk] if is_new else []
        return tuple(created)

    def _clusters(self) -> QuerySet[Cluster]:
        return Cluster.objects.filter(account=self.account, site=self.site, pk__in=self.cluster_ids).order_by("pk")


def _shown(cluster: Cluster) -> dict[str, Any]:
    keywords = [keyword.keyword for keyword in cluster.keywords.all()[:_KEYWORDS_SHOWN]]
    return {"id": cluster.pk, "name": cluster.name, "description": cluster.description, "keywords": keywords}


def _idea(found: dict[str, Any]) -> Idea:
    cluster_id = found.get("cluster_id")
    if type(cluster_id) is not int:
        raise UnexpectedAnswer("an idea names no cluster")
    return Idea(
        cluster_id=cluster_id,
        title=text_at(found, "title", longest=_LONGEST_TITLE),
        description=text_at(found, "description", needed=False),
        keywords=tuple(list_at(found, "keywords", str)),
    )
