"""What a person does with a rollout: each action is looked at first, and then confirmed."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboards.access import actor_of, form_for
from dashboards.acting import action
from dashboards.forms import ConsoleForm
from dashboards.previews import Preview
from dashboards.rendering import not_found, page
from dashboards.rollouts import previews
from dashboards.rollouts.forms import BackForm, MoveForm, StartForm
from dashboards.seen import read_seen, refuse_other
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.control.seen import refuse_unseen
from migration_harness.rollout import running
from migration_harness.rollout.starting import start as start_rollout
from migration_harness.rollout.status import RolloutStatus, rollout_status


@form_for(actions.ROLLOUT)
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Start a rollout, after a look at who would be in each step."""
    back = reverse("dashboards:rollout", args=[name])
    try:
        queries.flag_status(name)
    except HarnessError as error:
        return not_found(request, error)
    if (found := _under_way(name)) is not None:
        refused = f"A rollout of {name} is under way: {found.sentence} Let it end, or abort it."
        return page(request, "dashboards/refused.html", status=409, title=StartForm.title, refused=refused, back=back)
    form = StartForm.of(request, lambda made: made.of_flag(name))

    def act() -> HttpResponse:
        refuse_unseen(read_seen(request.POST.get("seen", "")))
        made = start_rollout(form.prepared, actor=actor_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, f"The rollout of {name} is started. {made.sentence}")
        return redirect(back)

    seen = json.dumps({name: form.prepared.epoch}) if form.is_decided else ""
    return action(request, form, preview=lambda: previews.of_start(form.prepared), act=act, back=back, seen=seen)


@form_for(actions.ROLLOUT)
def pause(request: HttpRequest, name: str) -> HttpResponse:
    """Hold a rollout at its step; it goes through whatever the rollout did since."""
    return _moved(request, name, previews.of_pause, _pause)


@form_for(actions.ROLLOUT)
def resume(request: HttpRequest, name: str) -> HttpResponse:
    """Let a rollout go on."""
    return _moved(request, name, previews.of_resume, _resume, as_seen=True)


@form_for(actions.ROLLBACK)
def abort(request: HttpRequest, name: str) -> HttpResponse:
    """Roll back and end a rollout; it goes through always."""
    return _moved(
        request,
        name,
        lambda found: previews.of_abort(found, queries.flag_status(name)),
        lambda **by: running.abort(**by).sentence,
    )


@form_for(actions.ROLLOUT)
def back_to(request: HttpRequest, name: str) -> HttpResponse:
    """Return to a step that the rollout has proven."""
    form = BackForm.of(request)
    return _moved(
        request,
        name,
        lambda found: previews.of_return(found, queries.flag_status(name), form.cleaned_data["step"]),
        lambda **by: running.back_to(share_bps=form.cleaned_data["step"], **by).sentence,
        form=form,
        as_seen=True,
    )


def _pause(**by: Any) -> str:
    return running.pause(**by).sentence


def _resume(**by: Any) -> str:
    return running.resume(**by).sentence


def _under_way(name: str) -> RolloutStatus | None:
    """Return the rollout of a flag that is under way."""
    try:
        found = rollout_status(name)
    except HarnessError:
        return None
    return found if found.ended_at is None else None


def _moved(
    request: HttpRequest,
    name: str,
    preview: Callable[[RolloutStatus], Preview],
    move: Callable[..., str],
    *,
    form: ConsoleForm | None = None,
    as_seen: bool = False,
) -> HttpResponse:
    """Show what would become of a rollout that is under way, or do it and lead to its page.

    ``move`` does it, and returns what was done. ``as_seen``: only where it is still as it was looked at.
    """
    try:
        running.open_rollout(name)
        found = rollout_status(name)
    except HarnessError as error:
        return not_found(request, error)
    form, seen = form or MoveForm.of(request), f"{found.number} {found.state} {found.share_bps}"
    back = reverse("dashboards:rollout", args=[name])

    def act() -> HttpResponse:
        if as_seen:
            refuse_other(request.POST.get("seen", ""), seen, what=f"The rollout of {name}")
        messages.success(request, move(flag=name, actor=actor_of(request), reason=form.cleaned_data["reason"]))
        return redirect(back)

    return action(request, form, preview=lambda: preview(found), act=act, back=back, seen=seen, never_alone=True)
