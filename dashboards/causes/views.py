"""The page of a cause, and one review of all that it differs in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards.access import form_for, page_for
from dashboards.acting import action
from dashboards.causes.rows import cause_page, of_review, seen_of
from dashboards.forms import ReviewForm
from dashboards.rendering import not_found, page
from dashboards.seen import refuse_other
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing.causes import review_cause
from migration_harness.wording import counted


@page_for(actions.LOOK)
def cause(request: HttpRequest, name: str) -> HttpResponse:
    """Show one cause with every discrepancy that it is found in."""
    try:
        found = cause_page(name, now=timezone.now())
    except HarnessError as error:
        return not_found(request, error)
    return page(request, "dashboards/causes/cause.html", title=f"Cause {name}", page=found)


@form_for(actions.REVIEW)
def review(request: HttpRequest, name: str) -> HttpResponse:
    """Review all discrepancies of a cause at once; a reason is needed."""
    try:
        found = queries.cause_named(name)
    except HarnessError as error:
        return not_found(request, error)
    form, seen = ReviewForm.of(request), seen_of(found)

    def act() -> HttpResponse:
        refuse_other(request.POST.get("seen", ""), seen, what=found.seam)
        state = DiscrepancyReview.State(form.cleaned_data["state"])
        actor, reason = request.user.get_username(), form.cleaned_data["reason"]
        changed = review_cause(cause=found, state=state, actor=actor, reason=reason)
        told = counted(len(changed), "discrepancy", "discrepancies")
        messages.success(request, f"{found.seam}: {told} → {state}.")
        return redirect("dashboards:cause", name=name)

    return action(
        request,
        form,
        preview=lambda: of_review(found, form.cleaned_data["state"]),
        act=act,
        back=reverse("dashboards:cause", args=[name]),
        seen=seen,
    )
