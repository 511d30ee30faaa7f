"""The pages of legacy code: who executes it, what remains of it, and a person's word on who else uses its data."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards.access import actor_of, form_for, page_for
from dashboards.acting import action
from dashboards.commands import HARNESS, Command
from dashboards.forms import ConsoleForm
from dashboards.previews import Preview
from dashboards.rendering import page
from dashboards.retiring import previews
from dashboards.retiring.forms import DeclareForm, EndDeclarationForm
from dashboards.retiring.remaining import remaining_page
from dashboards.retiring.rows import legacy_page
from migration_harness.authority import actions
from migration_harness.exceptions import HarnessError
from migration_harness.rollout import declaring
from migration_harness.wording import counted

COMMANDS: Final = (
    Command(purpose="The same, with the lines of each file", line=f"{HARNESS} legacy executed"),
    Command(purpose="What remains of legacy code", line=f"{HARNESS} legacy scan"),
)
SCAN: Final = (Command(purpose="The same, with every place", line=f"{HARNESS} legacy scan"),)


@page_for(actions.LOOK)
def legacy(request: HttpRequest) -> HttpResponse:
    """Show who executed legacy code or used its data, what nobody can know, and which backups were tried out."""
    now = timezone.now()
    return page(
        request,
        "dashboards/retiring/legacy.html",
        title="Legacy",
        at=now,
        page=legacy_page(now=now),
        commands=COMMANDS,
    )


@page_for(actions.LOOK)
def remaining(request: HttpRequest) -> HttpResponse:
    """Show what remains, by the plan's list: reads every file the first time, and those that changed after that."""
    try:
        found, refused = remaining_page(), ""
    except HarnessError as error:
        found, refused = None, str(error)
    return page(
        request,
        "dashboards/retiring/remaining.html",
        title="What remains of legacy code",
        at=timezone.now(),
        page=found,
        refused=refused,
        commands=SCAN,
    )


@form_for(actions.DECLARE)
def declare(request: HttpRequest) -> HttpResponse:
    """Put down a person's word that no other program uses what the deletion drops."""
    form = DeclareForm.of(request)

    def act() -> str:
        reason, end = form.cleaned_data["reason"], form.end
        row = declaring.declare_nobody_else(actor=actor_of(request), reason=reason, until=end)
        return f"Declared on your word until {row.until:%Y-%m-%d %H:%M} UTC, not proven: nobody else uses legacy data."

    return _declaration(request, form, preview=previews.OF_DECLARING, act=act)


@form_for(actions.DECLARE)
def undeclare(request: HttpRequest) -> HttpResponse:
    """End what was declared."""
    form = EndDeclarationForm.of(request)

    def act() -> str:
        ended = declaring.end_declarations(actor=actor_of(request), reason=form.cleaned_data["reason"])
        return f"{counted(ended, 'declaration')} ended." if ended else "No declaration held."

    return _declaration(request, form, preview=previews.OF_THE_END, act=act)


def _declaration(request: HttpRequest, form: ConsoleForm, *, preview: Preview, act: Callable[[], str]) -> HttpResponse:
    """Show what it would mean, or do it, which says what came of it, and lead back to the page of legacy code."""

    def done() -> HttpResponse:
        messages.success(request, act())
        return redirect("dashboards:legacy")

    return action(request, form, preview=lambda: preview, act=done, back=reverse("dashboards:legacy"))
