"""The endpoint of the trial balance."""

from dataclasses import asdict

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import trial_balance_answers
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from migration_harness.money.trial_balance import standing
from rest_api.envelope import success


class TrialBalance(OperatorEndpoint):
    """Whether every invariant of the ledger, its evidence and the trail holds."""

    @describes(trial_balance_answers.TrialBalanceAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Return where the trial balance stands, with the rows that break an invariant; nothing is checked for it."""
        return Response(success(trial_balance_answers.TrialBalanceAnswer(asdict(standing())).data))
