"""The endpoints of what needs two people: to look, and to answer as the second person."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import approval_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from migration_harness import queries
from migration_harness.approving import answering
from migration_harness.approving.now import changes
from migration_harness.authority import actions
from migration_harness.authority.approvals import OPEN
from migration_harness.models import Approval
from rest_api.envelope import success
from rest_api.scopes import APPROVE
from rest_api.strict import checked


class Approvals(OperatorEndpoint):
    """What needs two people."""

    query = requests.ApprovalQuery

    @describes(approval_answers.ApprovalAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List what was asked, what waits for a person first, then the newest."""
        now = timezone.now()
        found = [
            queries.approval_described(each, now=now) for each in queries.approvals(subject=self.asked.get("flag"))
        ]
        wanted = self.asked.get("state")
        rows = [each for each in found if wanted is None or each["state"] == wanted]
        return page_of(rows, approval_answers.ApprovalAnswer, request)


class ApprovalOfNumber(OperatorEndpoint):
    """One of it."""

    @describes(approval_answers.ApprovalAndChangesAnswer)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002  Every method takes the request.
        """Show exactly what was asked, and what of it is another now."""
        return Response(success(_told(queries.approval(number))))


class ApprovalAnswer(OperatorEndpoint):
    """A person's answer."""

    actions = {"POST": (actions.APPROVE, actions.ASK)}
    needed_scope = APPROVE

    @describes(approval_answers.ApprovalAndChangesAnswer, body=requests.AnswerBody)
    def post(self, request: Request, number: int) -> Response:
        """Approve, refuse or countersign as another person than asked, or withdraw; 409 where it is no longer so."""
        body = checked(requests.AnswerBody, request.data)
        answer = answering.ANSWERS[body["decision"]]
        done = answer(number=number, by=self.acting, reason=body.get("reason", ""))
        said = f"{done.name.capitalize()} is {queries.standing_of(done, now=timezone.now())}."
        return Response(success(_told(done), message=said))


def _told(found: Approval) -> dict[str, Any]:
    now = timezone.now()
    changed = changes(found, now=now) if found.state in OPEN else []
    told = queries.approval_described(found, now=now) | {"changed": changed}
    data: dict[str, Any] = approval_answers.ApprovalAndChangesAnswer(told).data
    return data
