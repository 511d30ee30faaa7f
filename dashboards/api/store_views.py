"""The endpoints of flags with two stores: repair what has drifted, bring one store up to date."""

from dataclasses import asdict

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import requests, store_answers
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from migration_harness.authority import actions
from migration_harness.control.resync import resync
from migration_harness.deciding.stages import Side
from migration_harness.stores.reconcile import reconcile
from rest_api.envelope import failure, success
from rest_api.strict import checked


class Reconciliation(OperatorEndpoint):
    """The repair of drift."""

    actions = {"POST": (actions.STORES,)}
    # A part of the way back of a flag with two stores: nothing holds it up.
    throttle_classes = ()

    @describes(store_answers.ReconciliationAnswer, body=requests.NoBody)
    def post(self, request: Request) -> Response:
        """Copy every key that one store has missed; what cannot be repaired is named and kept, 409."""
        checked(requests.NoBody, request.data)
        found = reconcile()
        data = store_answers.ReconciliationAnswer(asdict(found)).data
        said = f"{found.repaired:,} drifted keys repaired."
        if not found.failed:
            return Response(success(data, message=said))
        said += f" {len(found.failed):,} could not be repaired and are kept for the next time."
        return Response(failure(said, code="not_repaired") | {"data": data}, status=status.HTTP_409_CONFLICT)


class Resynchronisation(OperatorEndpoint):
    """One store made as the other."""

    actions = {"POST": (actions.STORES,)}
    # A part of the way back of a flag with two stores: nothing holds it up.
    throttle_classes = ()

    @describes(store_answers.ResyncAnswer, body=requests.ResyncBody)
    def post(self, request: Request) -> Response:
        """Copy what the other store has to the store of the side ``to``; what that side alone has is left and named."""
        body = checked(requests.ResyncBody, request.data)
        found = resync(flag=body["flag"], to=Side(body["to"]), actor=self.actor, reason=body.get("reason", ""))
        said = f"{found.flag}: {found.copied:,} keys copied to the {found.to}, {found.equal:,} were equal."
        if found.extra:
            said += f" {len(found.extra):,} keys are only in the {found.to}'s store and were left there."
        return Response(success(store_answers.ResyncAnswer(asdict(found)).data, message=said))
