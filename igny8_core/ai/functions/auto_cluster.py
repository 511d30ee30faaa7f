"""Keywords into clusters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from django.db.models import QuerySet

from igny8_core.ai.exceptions import InvalidInput
from igny8_core.ai.functions.base import AIFunction
from igny8_core.ai.prompting import Prompt, UnexpectedAnswer, json_object, json_prompt, list_at, text_at
from igny8_core.business.billing.models import OperationType
from igny8_core.modules.planner.models import Cluster, Keyword

_INSTRUCTION: Final = (
    "You plan the content of a web site. Group the keywords by what people who search for them want. "
    "Each keyword belongs to one cluster; name a cluster after its subject."
)
_SHAPE: Final = {"clusters": [{"name": "a subject", "description": "one sentence", "keyword_ids": [1]}]}
_TOKENS_PER_KEYWORD: Final = 20
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A cluster as the model proposes it."""

    name: str
    description: str
    keyword_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoCluster(AIFunction[list[Keyword], list[Group]]):
    """Groups those of the keywords that have no cluster yet."""

    operation: ClassVar[OperationType] = OperationType.CLUSTERING

    keyword_ids: Sequence[int]

    def validate(self) -> None:
        """Raise InvalidInput without a keyword to group."""
        if not self._keywords().exists():
            raise InvalidInput("None of these keywords is one of this site without a cluster.")

    def prepare(self) -> list[Keyword]:
        """Read the keywords."""
        return list(self._keywords())

    def build_prompt(self, prepared: list[Keyword]) -> Prompt:
        """Ask for clusters."""
        keywords = [{"id": k.pk, "keyword": k.keyword, "volume": k.volume} for k in prepared]
        return json_prompt(instruction=_INSTRUCTION, shape=_SHAPE, data={"keywords": keywords})

    def expected_tokens(self, prepared: list[Keyword]) -> int:
        """Estimate the answer."""
        return _TOKENS_PER_KEYWORD * len(prepared)

    def parse_response(self, prepared: list[Keyword], text: str) -> list[Group]:
        """Return the groups; a keyword that was not asked about, or is in two groups, spoils the answer."""
        groups = [_group(found) for found in list_at(json_object(text), "clusters", dict)]
        named = [pk for group in groups for pk in group.keyword_ids]
        if not named:
            raise UnexpectedAnswer("no keyword is in a cluster")
        if len(named) != len(set(named)):
            raise UnexpectedAnswer("a keyword is in two clusters")
        if not set(named) <= {keyword.pk for keyword in prepared}:
            raise UnexpectedAnswer("a cluster has a keyword that nobody asked about")
        return [group for group in groups if group.keyword_ids]

    def save_output(self, prepared: list[Keyword], parsed: list[Group]) -> tuple[int, ...]:  # noqa: ARG002
        """Make the clusters, or add to those of the same name."""
        # Locked, so that of two who cluster the same keywords at once the second finds nothing to do.
        free = set(self._keywords().select_for_update().values_list("pk", flat=True))
        groups = [group for group in parsed if free.intersection(group.keyword_ids)]
        if not groups:
            raise InvalidInput("The keywords were clustered or deleted while the model was answering.")
        created = []
        for group in groups:
            cluster, is_new = Cluster.objects.get_or_create(
                site=self.site, name=group.name, defaults={"account": self.account, "description": group.description}
            )
            Keyword.objects.filter(pk__in=free.intersection(group.keyword_ids)).update(cluster=cluster)
            created += [cluster.pk] if is_new else []
        return tuple(created)

    def _keywords(self) -> QuerySet[Keyword]:
        mine = Keyword.objects.filter(account=self.account, site=self.site, cluster=None)
        return mine.filter(pk__in=self.keyword_ids).order_by("pk")


def _group(found: dict[str, object]) -> Group:
    return Group(
        name=text_at(found, "name", longest=_LONGEST_NAME),
        description=text_at(found, "description", needed=False),
        keyword_ids=tuple(list_at(found, "keyword_ids", int)),
    )
