"""The page of the forecast, and the form with which a person signs it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards import previews
from dashboards.access import actor_of, form_for, page_for
from dashboards.acting import action
from dashboards.forecast import forecast_page
from dashboards.forms import SignOffForm
from dashboards.rendering import not_found, page
from dashboards.two_people import overrides
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.money.forecast.sign_off import sign_off
from migration_harness.money.forecast.stored import kept_forecast


@page_for(actions.LOOK)
def forecast(request: HttpRequest) -> HttpResponse:
    """Show the newest forecast and whether somebody's word on it holds."""
    return page(request, "dashboards/forecast.html", title="Forecast", page=forecast_page(now=timezone.now()))


@form_for(actions.SIGN_OFF)
def sign(request: HttpRequest) -> HttpResponse:
    """Sign the forecast that was looked at; a reason is needed."""
    form = SignOffForm.of(request)
    try:
        kept = kept_forecast(form.cleaned_data["forecast"]) if form.is_decided else None
    except HarnessError as error:
        return not_found(request, error)

    def act() -> HttpResponse:
        reason = form.cleaned_data["reason"]
        signed = sign_off(
            forecast_id=form.cleaned_data["forecast"],
            actor=actor_of(request),
            reason=reason,
            override=overrides(request),
        )
        messages.success(request, f"Forecast {signed.forecast_id} is signed off.")
        return redirect("dashboards:forecast")

    def preview() -> previews.Preview:
        assert kept is not None  # noqa: S101  For the type checker: a decided form has found it.
        return previews.of_sign_off(kept)

    back = reverse("dashboards:forecast")
    return action(request, form, preview=preview, act=act, back=back)
