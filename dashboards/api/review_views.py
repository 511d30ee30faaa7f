"""The endpoints of what people say about discrepancies: notes, assignments, explanations, tests."""

from dataclasses import asdict
from datetime import UTC, date, datetime

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import requests, review_answers
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.reviewing import approvals, explaining, regression, reviews
from rest_api.envelope import success
from rest_api.scopes import APPROVE
from rest_api.strict import checked


class Notes(OperatorEndpoint):
    """What people wrote about a discrepancy."""

    actions = {"POST": (actions.REVIEW,)}

    query = requests.PageQuery

    @describes(review_answers.NoteAnswer, paged=True, query=query)
    def get(self, request: Request, signature: str) -> Response:
        """List the notes, the oldest first."""
        queries.discrepancy(signature)
        return page_of(queries.notes(signature), review_answers.NoteAnswer, request)

    @describes(review_answers.NoteAnswer, body=requests.NoteBody)
    def post(self, request: Request, signature: str) -> Response:
        """Add a note; nobody can change or remove it."""
        queries.discrepancy(signature)
        body = checked(requests.NoteBody, request.data)
        made = reviews.add_note(signature=signature, text=body["text"], actor=self.actor)
        return Response(success(review_answers.NoteAnswer(made).data))


class Assignment(OperatorEndpoint):
    """Who is on a discrepancy."""

    actions = {"POST": (actions.REVIEW,)}

    @describes(review_answers.AssignmentAnswer, body=requests.AssignmentBody)
    def post(self, request: Request, signature: str) -> Response:
        """Assign a discrepancy to an operator, or to nobody."""
        before = queries.discrepancy(signature).assignee
        body = checked(requests.AssignmentBody, request.data)
        after = body["assignee"] or ""
        reviews.assign(signature=signature, assignee=after, actor=self.actor, reason=body.get("reason", ""))
        return Response(success({"signature": signature, "before": before, "after": after}))


class Proposal(OperatorEndpoint):
    """An explanation of a discrepancy."""

    actions = {"POST": (actions.REVIEW,)}

    @describes(review_answers.ProposalAnswer, body=requests.ProposalBody)
    def post(self, request: Request, signature: str) -> Response:
        """Propose an explanation, which another person has to approve; 409 where none may explain."""
        queries.discrepancy(signature)
        body = checked(requests.ProposalBody, request.data)
        drafted = explaining.draft(
            signature=signature,
            today=_today(),
            expires=body.get("expires"),
            paths=body.get("paths", ()),
            group=body.get("group", ()),
            any_group=body.get("any_group", False),
        )
        made = None
        if not body.get("dry_run", False):
            made = explaining.propose(
                drafted=drafted,
                reason=body["reason"],
                owner=body.get("owner", ""),
                actor=self.acting,
                override=body.get("override", False),
            )
        scope = drafted.scope
        told = {
            "number": made.pk if made else None,
            "expires": drafted.expires,
            "group": scope.group,
            "fields_covered": queries.fields_described(scope),
            "covers": drafted.coverage.as_json(),
        }
        return Response(success(review_answers.ProposalAnswer(told).data))


class Explanations(OperatorEndpoint):
    """Stored explanations."""

    query = requests.ExplanationQuery

    @describes(review_answers.ExplanationAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List stored explanations, the newest first."""
        found = [queries.described(each) for each in queries.explanations(state=self.asked.get("state"))]
        return page_of(found, review_answers.ExplanationAnswer, request)


class Explanation(OperatorEndpoint):
    """One stored explanation."""

    @describes(review_answers.ExplanationAndCoverageAnswer)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002  Every method takes the request.
        """Show a stored explanation and what it covers of the kept evidence."""
        found = queries.explanation(number)
        told = queries.described(found) | {"covers": queries.coverage_of(found.scope).as_json()}
        return Response(success(review_answers.ExplanationAndCoverageAnswer(told).data))


class Decision(OperatorEndpoint):
    """What becomes of a stored explanation."""

    actions = {"POST": (actions.DECIDE, actions.WITHDRAW)}
    needed_scope = APPROVE

    @describes(review_answers.ExplanationAnswer, body=requests.DecisionBody)
    def post(self, request: Request, number: int) -> Response:
        """Approve, reject, withdraw or revoke; 409 for whoever proposed it, and where it is decided already."""
        queries.explanation(number)
        body = checked(requests.DecisionBody, request.data)
        self.require(approvals.action_of(body["decision"]), subject=f"E{number}")
        found = approvals.decide(
            number=number,
            decision=body["decision"],
            actor=self.acting,
            today=_today(),
            reason=body.get("reason", ""),
        )
        return Response(success(review_answers.ExplanationAnswer(queries.described(found)).data))


class Test(OperatorEndpoint):
    """A discrepancy as a test."""

    @describes(review_answers.ExportedTestAnswer)
    def get(self, request: Request, signature: str) -> Response:  # noqa: ARG002
        """Return a pytest file that fails while the candidate is wrong; 409 where none can be made."""
        return Response(success(review_answers.ExportedTestAnswer(asdict(regression.export(signature))).data))


def _today() -> date:
    return datetime.now(UTC).date()
