"""What a person says about a discrepancy: notes and assignments, explanations, and the test that is made of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboards import review_previews
from dashboards.access import actor_of, form_for, page_for
from dashboards.acting import action
from dashboards.explanation_rows import explanation_rows
from dashboards.previews import Preview
from dashboards.rendering import not_found, page
from dashboards.review_forms import AssignForm, DecideForm, ExplainForm, NoteForm
from dashboards.seen import refuse_other, seen_of_review
from dashboards.statuses import status_of
from dashboards.two_people import overrides
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.authority.asking import require
from migration_harness.queries import Discrepancy
from migration_harness.reviewing import approvals, explaining, regression, reviews
from migration_harness.reviewing.explaining import Draft


@form_for(actions.REVIEW)
def note(request: HttpRequest, signature: str) -> HttpResponse:
    """Add a note to a discrepancy."""
    form = NoteForm.of(request)

    def act(found: Discrepancy) -> str:
        reviews.add_note(signature=signature, text=form.cleaned_data["text"], actor=_actor(request))
        return f"{found.seam}: a note was added."

    return _said(request, signature, form, preview=review_previews.of_note, act=act)


@form_for(actions.REVIEW)
def assign(request: HttpRequest, signature: str) -> HttpResponse:
    """Say who is on a discrepancy."""
    form = AssignForm.of(request)

    def act(found: Discrepancy) -> str:
        assignee, reason = form.cleaned_data["assignee"], form.cleaned_data["reason"]
        reviews.assign(signature=signature, assignee=assignee, actor=_actor(request), reason=reason)
        return f"{found.seam}: {found.assignee or 'nobody'} → {assignee or 'nobody'}."

    return _said(
        request,
        signature,
        form,
        preview=lambda found: review_previews.of_assignment(found, form.cleaned_data["assignee"]),
        act=act,
        seen=seen_of_review,
    )


@form_for(actions.REVIEW)
def explain(request: HttpRequest, signature: str) -> HttpResponse:
    """Propose an explanation of a discrepancy, which another person has to approve."""
    try:
        found = queries.discrepancy(signature)
    except HarnessError as error:
        return not_found(request, error)
    back = reverse("dashboards:discrepancy", args=[signature])
    try:
        explaining.refuse(found)
    except HarnessError as error:
        return _refused(request, error, title=ExplainForm.title, back=back)
    form = ExplainForm.of(request, lambda made: made.about(found, today=_today()))

    def drafted() -> Draft:
        values = form.cleaned_data
        return explaining.draft(
            signature=signature,
            today=_today(),
            expires=values["expires"],
            paths=values["paths"],
            any_group=values["calls"] == "any",
        )

    def act() -> HttpResponse:
        values = form.cleaned_data
        made = explaining.propose(
            drafted=drafted(),
            reason=values["reason"],
            owner=values["owner"],
            actor=actor_of(request),
            override=overrides(request),
        )
        then = "in force, not countersigned" if made.state == "approved" else "another person has to approve it"
        messages.success(request, f"Proposed as {made.name}: {then}.")
        return redirect("dashboards:discrepancy", signature=signature)

    return action(
        request, form, preview=lambda: review_previews.of_draft(drafted()), act=act, back=back, passes_alone=True
    )


@page_for(actions.LOOK)
def explanations(request: HttpRequest) -> HttpResponse:
    """List the stored explanations, those that wait for a person first."""
    rows = explanation_rows(queries.explanations())
    return page(request, "dashboards/explanations.html", title="Explanations", rows=rows)


@form_for(actions.DECIDE, actions.WITHDRAW)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Approve, reject, withdraw or revoke a stored explanation."""
    try:
        found = queries.explanation(number)
    except HarnessError as error:
        return not_found(request, error)
    form = DecideForm.of(request)

    def act() -> HttpResponse:
        refuse_other(request.POST.get("seen", ""), found.state, what=found.name)
        actor, decision = actor_of(request), form.cleaned_data["decision"]
        require(actor, approvals.action_of(decision), subject=found.name)
        decided = approvals.decide(
            number=number,
            decision=decision,
            actor=actor,
            today=_today(),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, f"E{found.name[1:]} is {decided.state}.")
        return redirect("dashboards:explanations")

    return action(
        request,
        form,
        preview=lambda: review_previews.of_decision(found, form.cleaned_data["decision"]),
        act=act,
        back=reverse("dashboards:explanations"),
        seen=found.state,
    )


@page_for(actions.LOOK)
def test_file(request: HttpRequest, signature: str) -> HttpResponse:
    """Send a discrepancy as a pytest file."""
    try:
        queries.discrepancy(signature)
    except HarnessError as error:
        return not_found(request, error)
    try:
        made = regression.export(signature)
    except HarnessError as error:
        back = reverse("dashboards:discrepancy", args=[signature])
        return _refused(request, error, title="A test of it", back=back)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return HttpResponse(made.text, content_type="text/x-python; charset=utf-8", headers=headers)


def _said(
    request: HttpRequest,
    signature: str,
    form: Any,
    *,
    preview: Callable[[Discrepancy], Preview],
    act: Callable[[Discrepancy], str],
    seen: Callable[[Discrepancy], str] = lambda _found: "",
) -> HttpResponse:
    """Show what would be said of a discrepancy, or say it and lead back to its page."""
    try:
        found = queries.discrepancy(signature)
    except HarnessError as error:
        return not_found(request, error)

    def acted() -> HttpResponse:
        refuse_other(request.POST.get("seen", ""), seen(found), what=found.seam)
        messages.success(request, act(found))
        return redirect("dashboards:discrepancy", signature=signature)

    back = reverse("dashboards:discrepancy", args=[signature])
    return action(request, form, preview=lambda: preview(found), act=acted, back=back, seen=seen(found))


def _refused(request: HttpRequest, error: HarnessError, *, title: str, back: str) -> HttpResponse:
    status = status_of(type(error))
    return page(request, "dashboards/refused.html", status=status, title=title, refused=str(error), back=back)


def _actor(request: HttpRequest) -> str:
    return request.user.get_username()


def _today() -> date:
    return datetime.now(UTC).date()
