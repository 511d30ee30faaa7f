"""The endpoint of evidence windows."""

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.evidence_answers import PhaseEvidenceAnswer
from dashboards.api.pages import page_of
from migration_harness import queries


class Evidence(OperatorEndpoint):
    """What was compared, and what it proves."""

    query = requests.PageQuery

    @describes(PhaseEvidenceAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List the phases that compare: each seam's bound, each expected stratum's counts, and the answers."""
        return page_of(queries.evidence_by_phase(), PhaseEvidenceAnswer, request)
