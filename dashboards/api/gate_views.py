"""Where somebody outside answers a gate: a CI job, a finance system."""

from collections.abc import Sequence
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.permissions import actor_of
from dashboards.api.phase_answers import OutsideAnswer
from dashboards.api.phase_requests import GateBody
from migration_harness.authority import actions
from migration_harness.authority.asking import refuse
from migration_harness.models import ApiToken, ExternalAnswer
from migration_harness.plan import plan
from migration_harness.rollout.answering_outside import Said, answer_gate, word_of
from rest_api.envelope import success
from rest_api.strict import checked


class ByToken(BasePermission):
    """Lets programs in: a person who is signed in is nobody outside."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether a token was sent; raises NotAllowed where none was."""
        if request.auth is None:
            why = "a session is not somebody outside. Send a token: "
            why += "manage.py harness token create USERNAME --name NAME --scope gate"
            refuse(actor_of(request), actions.ANSWER_GATE, subject=" ".join(map(str, view.kwargs.values())), why=why)
        return True


class GateOutside(OperatorEndpoint):
    """A gate that the plan leaves to somebody outside."""

    actions = {"POST": (actions.ANSWER_GATE,)}

    needed_scope = ApiToken.Scope.GATE.value

    def get_permissions(self) -> Sequence[Any]:
        """Ask for the token's scope, then whether there is a token at all."""
        return [*super().get_permissions(), ByToken()]

    @describes(OutsideAnswer, body=GateBody)
    def post(self, request: Request, number: int, gate: str) -> Response:
        """Answer it; the answer holds for as long as it says, and never longer than the plan allows."""
        phase = plan().phase(number)
        # Whether there is such a gate comes before what is wrong with the answer.
        phase.gate_outside(gate)
        body = checked(GateBody, request.data)
        said = Said(
            is_open=body["open"],
            sentence=body["sentence"],
            link=body.get("link", ""),
            expires_at=body.get("expires_at"),
        )
        row = answer_gate(phase=phase, gate=gate, said=said, actor=self.acting, token=_prefix(request))
        told = f"Gate {gate} of phase {number} is {word_of(row)} until {row.expires_at:%Y-%m-%d %H:%M} UTC."
        return Response(success(_told(row), message=told))


def _prefix(request: Request) -> str:
    """Return how the token begins that was sent."""
    return str(getattr(request.auth, "prefix", ""))


def _told(row: ExternalAnswer) -> dict[str, Any]:
    data: dict[str, Any] = OutsideAnswer(
        {
            "phase": row.phase,
            "gate": row.gate,
            "answer": word_of(row).value,
            "sentence": row.sentence,
            "link": row.link,
            "actor": row.actor,
            "token": row.token,
            "at": row.at,
            "expires_at": row.expires_at,
        }
    ).data
    return data
