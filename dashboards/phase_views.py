"""A phase's page, and what can be done with a phase: close it, open it again, tick its checklist."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards import phase_previews
from dashboards.access import actor_of, form_for, page_for
from dashboards.acting import action
from dashboards.phase_forms import AdvanceForm, ReopenForm, TickForm
from dashboards.phase_page import phase_page
from dashboards.rendering import not_found, page
from dashboards.seen import refuse_other
from dashboards.two_people import overrides
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.plan import Phase, plan
from migration_harness.queries import PhaseStatus
from migration_harness.rollout import advancing, checklists
from migration_harness.rollout.checklists import ChecklistItem


@page_for(actions.LOOK)
def phase(request: HttpRequest, number: int) -> HttpResponse:
    """Show one phase: its gates as they answer now, its checklist, and what is outside of the plan."""
    try:
        found = phase_page(number, now=timezone.now())
    except HarnessError as error:
        return not_found(request, error)
    return page(request, "dashboards/phase.html", title=f"Phase {number}", page=found)


@form_for(actions.ADVANCE)
def advance(request: HttpRequest, number: int) -> HttpResponse:
    """Close a phase, which makes the next one active."""
    try:
        found = _status(number)
    except HarnessError as error:
        return not_found(request, error)
    form = AdvanceForm.of(request)
    sight = advancing.look(found.phase, closed=queries.closed_phases()) if request.method != "POST" else None

    def act() -> HttpResponse:
        done = advancing.advance(
            number=number, actor=actor_of(request), reason=form.cleaned_data["reason"], override=overrides(request)
        )
        messages.success(request, done.sentence)
        return redirect("dashboards:phase", number=number)

    def seen() -> advancing.Sight:
        return sight or advancing.look(found.phase, closed=queries.closed_phases())

    return action(
        request,
        form,
        preview=lambda: phase_previews.of_advance(found, seen()),
        act=act,
        back=_page_of(number),
        asks_gates=lambda: () if found.closed else seen().refused,
    )


@form_for(actions.ADVANCE)
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """Open a phase again; no gate is asked."""
    try:
        found = _status(number)
    except HarnessError as error:
        return not_found(request, error)
    form = ReopenForm.of(request)

    def act() -> HttpResponse:
        row = advancing.reopen(number=number, actor=actor_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, advancing.reopened_sentence(number, row))
        return redirect("dashboards:phase", number=number)

    preview = phase_previews.of_reopen(found.phase, is_closed=found.closed is not None)
    return action(request, form, preview=lambda: preview, act=act, back=_page_of(number))


@form_for(actions.CHECKLIST)
def checklist(request: HttpRequest, number: int, item: int) -> HttpResponse:
    """Tick an item off, or take its tick back: whichever it is not."""
    try:
        chosen = plan().phase(number)
        found = checklists.item_of(chosen, item)
    except HarnessError as error:
        return not_found(request, error)
    form, seen = TickForm.of(request), _seen(found)

    def act() -> HttpResponse:
        refuse_other(request.POST.get("seen", ""), seen, what=found.item)
        change = checklists.tick if found.ticked_at is None else checklists.untick
        done = change(phase=chosen, number=item, actor=actor_of(request), note=form.cleaned_data["note"])
        messages.success(request, f"{done.item}: {'done' if done.ticked_at else 'not done'}.")
        return redirect(f"{_page_of(number)}#checklist")

    return action(
        request,
        form,
        preview=lambda: phase_previews.of_tick(chosen, found),
        act=act,
        back=f"{_page_of(number)}#checklist",
        seen=seen,
    )


def _status(number: int) -> PhaseStatus:
    """Return a phase and how far it is. Raises UnknownPhase."""
    chosen: Phase = plan().phase(number)
    return next(each for each in queries.phase_statuses() if each.phase == chosen)


def _page_of(number: int) -> str:
    return reverse("dashboards:phase", args=[number])


def _seen(found: ChecklistItem) -> str:
    """Return what a page shows of an item: another wording is another item, and a colleague may have ticked it."""
    return f"{found.item} {found.ticked_at.isoformat() if found.ticked_at else 'open'}"
