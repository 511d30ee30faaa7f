"""The endpoints of causes: what several discrepancies have in common, and one review of all of them."""

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import cause_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.models import DiscrepancyReview
from migration_harness.queries import Cause
from migration_harness.reviewing.causes import review_cause
from rest_api.envelope import success
from rest_api.strict import checked


class Causes(OperatorEndpoint):
    """What differs, by what is wrong."""

    query = requests.CauseQuery

    @describes(cause_answers.CauseAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List the causes of what needs a review, the most frequent first; ``all`` shows the rest."""
        found = queries.discrepancies()
        if not self.asked.get("all", False):
            found = [each for each in found if queries.needs_review([each])]
        return page_of(queries.causes_of(found), cause_answers.CauseAnswer, request)


class CauseOfName(OperatorEndpoint):
    """One cause."""

    @describes(cause_answers.CauseAndDiscrepanciesAnswer)
    def get(self, request: Request, name: str) -> Response:  # noqa: ARG002  Every method takes the request.
        """Show a cause with every discrepancy that it is found in, reviewed or not."""
        return Response(success(cause_answers.CauseAndDiscrepanciesAnswer(queries.cause_named(name)).data))


class ReviewOfCause(OperatorEndpoint):
    """What a person decides about all discrepancies of a cause."""

    actions = {"POST": (actions.REVIEW,)}

    @describes(cause_answers.ReviewedCauseAnswer, body=requests.CauseReviewBody)
    def post(self, request: Request, name: str) -> Response:
        """Acknowledge all of them, say that all are fixed, or open all again; with ``dry_run`` only say which."""
        found: Cause = queries.cause_named(name)
        body = checked(requests.CauseReviewBody, request.data)
        state = DiscrepancyReview.State(body["state"])
        changed = found.to_review(state)
        if not body.get("dry_run", False):
            changed = review_cause(cause=found, state=state, actor=self.actor, reason=body["reason"])
        told = [{"signature": each.signature, "before": each.state, "after": state.value} for each in changed]
        answer = {"name": name, "dry_run": body.get("dry_run", False), "changed": told}
        return Response(success(cause_answers.ReviewedCauseAnswer(answer).data))
