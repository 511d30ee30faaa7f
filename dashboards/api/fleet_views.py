"""The endpoints of the processes that decide: who they are, and what a rollback takes."""

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import answers, flag_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from dashboards.api.proofs import proven_answer
from dashboards.flips import disobeyed
from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.control.rollback import drill
from rest_api.strict import checked


class Fleet(OperatorEndpoint):
    """The processes that decide."""

    query = requests.PageQuery

    @describes(answers.FleetMemberAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List every process whose lease is live or ran out within the last minute, the stalest first."""
        return page_of(queries.fleet(), answers.FleetMemberAnswer, request)


class Drill(OperatorEndpoint):
    """What a rollback takes, now."""

    actions = {"POST": (actions.DRILL,)}

    @describes(flag_answers.ProofAnswer, body=requests.NoBody)
    def post(self, request: Request) -> Response:
        """Roll back a flag that no seam asks, and tell who obeyed after how many milliseconds."""
        checked(requests.NoBody, request.data)
        proven = drill(actor=self.actor)
        told = ["A flag that no seam asks was rolled back; nothing has changed.", *disobeyed(proven)]
        return proven_answer(proven, flag_answers.ProofAnswer(proven.told).data, said=" ".join(told))
