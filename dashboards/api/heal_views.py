"""The endpoint of healing: what is due, and writing it."""

from dataclasses import asdict
from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.heal_answers import DueAnswer, HealedAnswer
from dashboards.api.heal_requests import HealBody, HealQuery, scope_of
from dashboards.healing import said_of
from migration_harness.authority import actions
from migration_harness.money import healing
from migration_harness.money.healing import Expected
from migration_harness.money.survey import Survey, survey
from rest_api.envelope import success
from rest_api.strict import checked

MOST_ACCOUNTS: Final = 200
"""Accounts that one answer names."""


class Healing(OperatorEndpoint):
    """What was charged at a wrong price, and giving it back."""

    actions = {"POST": (actions.HEAL, actions.DEBIT)}

    query = HealQuery

    @describes(DueAnswer, query=query)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Return what accounts paid too much, too little, and what is not known; changes nothing."""
        found = survey(scope_of(self.asked, now=timezone.now()))
        return Response(success(_due(found)))

    @describes(HealedAnswer, body=HealBody)
    def post(self, request: Request) -> Response:
        """Give back what was paid too much, each charge once; 409 where another amount is due than the body names."""
        body = checked(HealBody, request.data)
        debits = body.get("allow_debits", False)
        self.require(healing.action_of(allow_debits=debits), subject=body.get("account") or "")
        healed = healing.heal(
            survey(scope_of(body, now=timezone.now())),
            actor=self.acting,
            reason=body.get("reason", ""),
            allow_debits=debits,
            override=body.get("override", False),
            expected=Expected(refund=body["refund"], debit=body.get("debit", 0)),
        )
        return Response(success(HealedAnswer(asdict(healed)).data, message=said_of(healed)))


def _due(found: Survey) -> dict[str, Any]:
    named = found.accounts[:MOST_ACCOUNTS]
    money = {name: found.usd(found.totals[name]) for name in ("overpaid", "underpaid", "unknown")}
    data: dict[str, Any] = DueAnswer(
        {
            "flag": found.flag,
            "since": found.scope.since,
            "until": found.scope.until,
            "against": found.against.value,
            "meaning": found.against.meaning,
            "charges": found.charges,
            "totals": found.totals,
            "usd": money,
            "accounts": [asdict(due) for due in named],
            "more_accounts": len(found.accounts) - len(named),
        }
    ).data
    return data
