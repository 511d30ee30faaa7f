"""The endpoints of recorded operations."""

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import recording_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from migration_harness import queries
from rest_api.envelope import success

MOST = 1_000


class Recordings(OperatorEndpoint):
    """Operations that were recorded."""

    query = requests.RecordingQuery

    @describes(recording_answers.RecordingAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List the newest, 1,000 at most; of one ``kind``, or with ``unlawful`` those that break a law."""
        found = queries.recorded_operations(
            kind=self.asked.get("kind", ""), broken=self.asked.get("unlawful", False), limit=MOST
        )
        return page_of(found, recording_answers.RecordingAnswer, request)


class Recording(OperatorEndpoint):
    """One operation that was recorded."""

    @describes(recording_answers.RecordingAndEffectsAnswer)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002  Every method takes the request.
        """Show what it was given, the rows that it changed before and after, and what others noticed."""
        found = queries.recorded_operation(str(number))
        return Response(success(recording_answers.RecordingAndEffectsAnswer(found).data))
