"""The endpoints of the forecast: what it says, and a person's word on it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import forecast_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from migration_harness.authority import actions
from migration_harness.money.forecast.sign_off import forecast_signed_off, sign_off, void_sentence
from migration_harness.money.forecast.stored import last_forecast
from rest_api.envelope import success
from rest_api.scopes import APPROVE
from rest_api.strict import checked


class Forecast(OperatorEndpoint):
    """The money before any account is moved."""

    @describes(forecast_answers.ForecastAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Return the newest forecast with its tables, and whether a signature holds."""
        return Response(success(_now()))


class ForecastSignOff(OperatorEndpoint):
    """A person's word on a forecast."""

    actions = {"POST": (actions.SIGN_OFF,)}
    needed_scope = APPROVE

    @describes(forecast_answers.ForecastAnswer, body=requests.SignOffBody)
    def post(self, request: Request) -> Response:
        """Sign the forecast of this number; refused where its prices have changed since, 409."""
        body = checked(requests.SignOffBody, request.data)
        sign_off(
            forecast_id=body["forecast"],
            actor=self.acting,
            reason=body["reason"],
            override=body.get("override", False),
        )
        return Response(success(_now(), message=f"Forecast {body['forecast']} is signed off."))


def _now() -> dict[str, Any]:
    kept, found = last_forecast(), forecast_signed_off()
    shown = None
    if kept is not None:
        shown = {
            "id": kept.pk,
            "at": kept.at,
            "actor": kept.actor,
            "void": void_sentence(kept),
            "summary": kept.summary,
        }
    return forecast_answers.ForecastAnswer({"sign_off": found.told, "forecast": shown}).data
