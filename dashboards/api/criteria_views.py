"""The endpoints of the migration's end: whether each of its lines holds, the errors of the log, legacy code."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api.criteria_answers import CompletionAnswer, LegacyUseAnswer, QuietnessAnswer
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from migration_harness import queries
from migration_harness.rollout.criteria.answering import completion
from rest_api.envelope import success


class Criteria(OperatorEndpoint):
    """The lines by which the migration is complete."""

    @describes(CompletionAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Answer each line from evidence; ``complete`` only where every one holds."""
        return Response(success(CompletionAnswer(completion(now=timezone.now())).data))


class Errors(OperatorEndpoint):
    """The errors of the log."""

    @describes(QuietnessAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Return the errors of the last seven days, and whether anybody would have told of one."""
        return Response(success(QuietnessAnswer(queries.quietness(now=timezone.now())).data))


class Legacy(OperatorEndpoint):
    """Who executes legacy code."""

    @describes(LegacyUseAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Return of each legacy entry whether it answered anybody in the last seven days, and what nobody can know."""
        return Response(success(LegacyUseAnswer(queries.legacy_use(now=timezone.now(), by_line=True)).data))
