"""The endpoints: each translates a request, makes one call and answers in the envelope."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing.reviews import review_discrepancy
from migration_harness.rollout.standing import gates_by_phase
from migration_harness.trail import audit
from rest_api.envelope import success
from rest_api.strict import checked


class Status(OperatorEndpoint):
    """Where the migration stands."""

    @describes(answers.StatusAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Return what ``harness status --json`` prints: phases, flags, comparisons and open discrepancies."""
        return Response(success(queries.status(gates=gates_by_phase())))


class Discrepancies(OperatorEndpoint):
    """What differs."""

    query = requests.DiscrepancyQuery

    @describes(answers.DiscrepancyAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List what needs a review, the most frequent first; ``all`` and ``state`` show the rest."""
        states = {self.asked["state"]} if "state" in self.asked else {"open", "reopened"}
        every = self.asked.get("all", False)
        found = [each for each in queries.discrepancies() if every or each.state in states]
        return page_of(found, answers.DiscrepancyAnswer, request)


class Discrepancy(OperatorEndpoint):
    """One way to differ."""

    @describes(answers.DiscrepancyAndSamplesAnswer)
    def get(self, request: Request, signature: str) -> Response:  # noqa: ARG002
        """Show a discrepancy with both values of its newest samples, and what it probably comes from."""
        found, kept = queries.discrepancy(signature), queries.samples(signature)
        probable = queries.probable_cause(found, kept[0].payload if kept else {})
        told = {
            "probable": probable and answers.ProbableCauseAnswer(probable).data,
            "samples": answers.SampleAnswer(kept, many=True).data,
        }
        return Response(success({**answers.DiscrepancyAnswer(found).data, **told}))


class Review(OperatorEndpoint):
    """What a person decides about a discrepancy."""

    actions = {"POST": (actions.REVIEW,)}

    @describes(answers.ReviewedAnswer, body=requests.ReviewBody)
    def post(self, request: Request, signature: str) -> Response:
        """Acknowledge a discrepancy, say that it is fixed, or open it again; a reason is needed."""
        before = queries.discrepancy(signature)
        body = checked(requests.ReviewBody, request.data)
        state = DiscrepancyReview.State(body["state"])
        review_discrepancy(signature=signature, state=state, actor=self.actor, reason=body["reason"])
        after = queries.discrepancy(signature)
        return Response(success({"signature": signature, "before": before.state, "after": after.state}))


class AuditTrail(OperatorEndpoint):
    """Who changed what."""

    query = requests.AuditQuery

    @describes(answers.AuditEventAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List the audit trail, newest first."""
        return page_of(queries.audit_trail(subject=self.asked.get("flag")), answers.AuditEventAnswer, request)


class AuditVerification(OperatorEndpoint):
    """Whether the audit trail is what was written."""

    @describes(answers.AuditVerifiedAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Check the chain of hashes; a broken one is an error, 409."""
        return Response(success({"events": audit.verify(), "intact": True}))


class Nowhere(OperatorEndpoint):
    """Every other address below this API."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say that there is nothing, to operators; a client that follows no redirect must not take one for done."""
        super().initial(request, *args, **kwargs)
        raise NotFound(f"There is no endpoint {request.path}. Addresses end with a slash; docs/ lists them.")
