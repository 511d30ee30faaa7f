"""The pages of what needs two people: all of it, one of it, and a person's answer."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards.access import actor_of, form_for, page_for
from dashboards.acting import action
from dashboards.approval_forms import AnswerForm, of_answer
from dashboards.approval_rows import ApprovalRow, approval_rows, facts_of, page_of_act
from dashboards.rendering import not_found, page
from dashboards.seen import refuse_other
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.approving import answering
from migration_harness.approving.now import changes
from migration_harness.authority import actions
from migration_harness.authority.approvals import OPEN, asked_of

MOST: Final = 50
"""Approvals of the list; the API has all."""


@page_for(actions.LOOK)
def approvals(request: HttpRequest) -> HttpResponse:
    """List what needs two people, what waits for a person first."""
    found = queries.approvals()
    rows = approval_rows(found[:MOST], by=actor_of(request))
    hidden = max(0, found.count() - MOST)
    return page(request, "dashboards/approvals.html", title="Approvals", rows=rows, hidden=hidden)


@page_for(actions.LOOK)
def approval(request: HttpRequest, number: int) -> HttpResponse:
    """Show exactly what was asked, and what of it is another now."""
    try:
        found = queries.approval(number)
    except HarnessError as error:
        return not_found(request, error)
    now = timezone.now()
    return page(
        request,
        "dashboards/approval.html",
        title=found.name.capitalize(),
        at=now,
        each=ApprovalRow.of(found, by=actor_of(request), now=now),
        facts=facts_of(asked_of(found)),
        changed=changes(found, now=now) if found.state in OPEN else [],
        act=page_of_act(found),
    )


@form_for(actions.APPROVE, actions.ASK)
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Approve, refuse, withdraw or countersign."""
    try:
        found = queries.approval(number)
    except HarnessError as error:
        return not_found(request, error)
    form = AnswerForm.of(request)

    def act() -> HttpResponse:
        refuse_other(request.POST.get("seen", ""), found.state, what=found.name)
        done = answering.ANSWERS[form.cleaned_data["decision"]](
            number=number, by=actor_of(request), reason=form.cleaned_data["reason"]
        )
        now = timezone.now()
        messages.success(request, f"{done.name.capitalize()} is {queries.standing_of(done, now=now)}.")
        return redirect("dashboards:approval", number=number)

    return action(
        request,
        form,
        preview=lambda: of_answer(found, form.cleaned_data["decision"], now=timezone.now()),
        act=act,
        back=reverse("dashboards:approval", args=[number]),
        seen=found.state,
    )
