"""The endpoint of what people and their systems were told."""

from datetime import timedelta
from typing import Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import notice_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from migration_harness import queries

_DAYS: Final = 30


class Notices(OperatorEndpoint):
    """What was told."""

    query = requests.NoticeQuery

    @describes(notice_answers.NoticeAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List what was told, to whom, and whether it has arrived or why not; the newest first, 1,000 at most."""
        since = self.asked.get("since") or timezone.now() - timedelta(days=_DAYS)
        found = queries.notices_since(since, subject=self.asked.get("subject"))
        wanted = self.asked.get("state")
        rows = [each for each in found if wanted is None or each.state == wanted]
        return page_of(rows, notice_answers.NoticeAnswer, request)
