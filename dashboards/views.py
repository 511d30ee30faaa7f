"""The pages of the console: each asks for what it shows and renders it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards import previews
from dashboards.access import form_for, page_for
from dashboards.acting import action
from dashboards.discrepancy import discrepancy_page
from dashboards.evidence import evidence_page
from dashboards.forms import ReviewForm
from dashboards.rendering import not_found, page
from dashboards.seen import refuse_other, seen_of_review
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing.reviews import review_discrepancy


@page_for(actions.LOOK)
def evidence(request: HttpRequest) -> HttpResponse:
    """Show what was compared in the evidence windows that are now, and what it proves."""
    return page(request, "dashboards/evidence.html", title="Evidence", page=evidence_page(now=timezone.now()))


@page_for(actions.LOOK)
def discrepancy(request: HttpRequest, signature: str) -> HttpResponse:
    """Show one discrepancy with the newest calls that differ."""
    try:
        found = discrepancy_page(signature, now=timezone.now())
    except HarnessError as error:
        return not_found(request, error)
    return page(request, "dashboards/discrepancy.html", title=f"Discrepancy {signature}", page=found)


@form_for(actions.REVIEW)
def review(request: HttpRequest, signature: str) -> HttpResponse:
    """Acknowledge a discrepancy, say that it is fixed, or take a review back; a reason is needed."""
    try:
        found = queries.discrepancy(signature)
    except HarnessError as error:
        return not_found(request, error)
    form, seen = ReviewForm.of(request), seen_of_review(found)

    def act() -> HttpResponse:
        refuse_other(request.POST.get("seen", ""), seen, what=found.seam)
        state = DiscrepancyReview.State(form.cleaned_data["state"])
        actor, reason = request.user.get_username(), form.cleaned_data["reason"]
        review_discrepancy(signature=signature, state=state, actor=actor, reason=reason)
        messages.success(request, f"{found.seam}: {found.state} → {state}.")
        return redirect("dashboards:discrepancy", signature=signature)

    back = reverse("dashboards:discrepancy", args=[signature])
    return action(
        request,
        form,
        preview=lambda: previews.of_review(found, form.cleaned_data["state"]),
        act=act,
        back=back,
        seen=seen,
    )
