"""A flag's page, and what can be done with a flag: each action is looked at first, and then confirmed."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards import previews
from dashboards.access import actor_of, form_for, page_for
from dashboards.acting import action
from dashboards.approval_rows import open_of_flag
from dashboards.commands import next_share_percent
from dashboards.flag_card import cards_and_events
from dashboards.flips import Flipped
from dashboards.forms import AccountForm, ConsoleForm, RetireForm, ReturnForm, RollbackForm, ShareForm, offered_accounts
from dashboards.outcome import outcome_of, remember
from dashboards.previews import Preview
from dashboards.rendering import not_found, page
from dashboards.seen import read_seen
from dashboards.two_people import overrides
from migration_harness import queries
from migration_harness.accounts import BY_ID
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.authority.actors import Actor
from migration_harness.control.flips import FlagChange
from migration_harness.control.retiring import seams_asking
from migration_harness.control.rollback import ProvenFlip, change_flag, roll_back
from migration_harness.control.seen import refuse_unseen, seen_in
from migration_harness.plan import plan
from migration_harness.queries import FlagStatus
from migration_harness.rollout.way_forward import refusals_of


@page_for(actions.LOOK)
def flags(request: HttpRequest) -> HttpResponse:
    """Show every flag on the lists."""
    cards, _ = cards_and_events(queries.flag_statuses(), [])
    return page(request, "dashboards/flags/flags.html", title="Flags", cards=cards)


@page_for(actions.LOOK)
def flag(request: HttpRequest, name: str) -> HttpResponse:
    """Show one flag, what can be done with it, and what came of what was done last."""
    try:
        found = queries.flag_status(name)
    except HarnessError as error:
        return not_found(request, error)
    (card,), _ = cards_and_events([found], [])
    return page(
        request,
        "dashboards/flag.html",
        title=f"Flag {name}",
        at=timezone.now(),
        silent=[each for each in queries.silent(queries.heard(now=timezone.now())) if each.flow.flag == name],
        card=card,
        outcome=outcome_of(request, found),
        approvals=open_of_flag(name, by=actor_of(request)),
        account=AccountForm(),
        share=ShareForm(initial={"percent": next_share_percent(found)}),
        accounts=offered_accounts(),
        phase=plan().phase_of(name),
        can_leave_lists=found.retired or not seams_asking(name),
        gone=[(account_id, BY_ID + account_id) for account_id in queries.gone_members(name)],
    )


@form_for(actions.ROLLBACK)
def rollback(request: HttpRequest, name: str) -> HttpResponse:
    """Give everyone the baseline of this flag."""
    form = RollbackForm.of(request)
    return _action(
        request,
        name,
        form,
        preview=lambda found: previews.of_rollback(found, to_off=form.cleaned_data["to_off"]),
        flip=lambda *, actor, reason, **_: roll_back(
            names=[name],
            to_off=form.cleaned_data["to_off"],
            only=form.cleaned_data["only"],
            actor=actor,
            reason=reason,
        ),
    )


@form_for(actions.FLIP)
def take_back(request: HttpRequest, name: str) -> HttpResponse:
    """Return to where the flag was before the rollback."""
    return _action(
        request,
        name,
        ReturnForm.of(request),
        preview=lambda found: previews.of_return(found, _way_forward(name)),
        asks=lambda: _way_forward(name)[-1],
        forward=lambda: _way_forward(name),
        flip=partial(_return, name),
    )


@form_for(actions.FLIP)
def retire(request: HttpRequest, name: str) -> HttpResponse:
    """Take a flag off every list, or bring it back to them; nobody's answers change."""
    return _action(
        request,
        name,
        RetireForm.of(request),
        preview=previews.of_retirement,
        asks=lambda: _retirement(name),
        flip=lambda **by: change_flag(name=name, change=_retirement(name), **by),
    )


@form_for(actions.FLIP)
def account(request: HttpRequest, name: str) -> HttpResponse:
    """Include one account, exclude it, or leave it to the share."""
    form = AccountForm.of(request, lambda made: made.of_flag(name))
    return _action(
        request,
        name,
        form,
        preview=lambda found: previews.of_account(found, form.change, form.known),
        asks=lambda: form.change,
        forward=lambda: (form.change,),
        flip=lambda **by: change_flag(name=name, change=form.change, **by),
        accounts=offered_accounts(),
    )


@form_for(actions.FLIP)
def share(request: HttpRequest, name: str) -> HttpResponse:
    """Set the share of all accounts that is in the cohort."""
    form = ShareForm.of(request)
    return _action(
        request,
        name,
        form,
        preview=lambda found: previews.of_share(found, form.change),
        asks=lambda: form.change,
        forward=lambda: (form.change,),
        flip=lambda **by: change_flag(name=name, change=form.change, **by),
    )


def _retirement(name: str) -> FlagChange:
    """Return the change to what the flag is not."""
    return FlagChange(retired=not queries.flag_status(name).retired)


def _way_forward(name: str) -> tuple[FlagChange, ...]:
    """Return the changes that take a rollback back; of a flag that is not rolled back one that changes nothing."""
    found = queries.way_forward(name)
    return (FlagChange(),) if found is None else found.changes


def _return(name: str, *, actor: Actor, reason: str, seen: Mapping[str, int], override: bool) -> ProvenFlip:
    """Make the changes of the way forward; the first one finds the flag as it was looked at, or none is made."""
    first, *others = _way_forward(name)
    proven = change_flag(name=name, change=first, actor=actor, reason=reason, seen=seen, override=override)
    for change in others:
        proven = change_flag(name=name, change=change, actor=actor, reason=reason, override=override)
    return proven


class Flip(Protocol):
    """Changes a flag as this person, if it is as it was ``seen``, and waits until every process obeys.

    ``override``: without the second person that the plan may want.
    """

    def __call__(  # noqa: D102
        self, *, actor: Actor, reason: str, seen: Mapping[str, int], override: bool
    ) -> ProvenFlip: ...


def _action(
    request: HttpRequest,
    name: str,
    form: ConsoleForm,
    *,
    preview: Callable[[FlagStatus], Preview],
    flip: Flip,
    asks: Callable[[], FlagChange] | None = None,
    forward: Callable[[], tuple[FlagChange, ...]] | None = None,
    accounts: Sequence[str] = (),
) -> HttpResponse:
    """Show what would happen to a flag, or do it and lead to the flag's page, which has the proof.

    ``asks`` returns the change; None stands for a rollback, which goes through whatever a colleague has done since.
    ``forward`` returns all changes that are made, of which the gates are asked; None where no gate stands in the way.
    """
    # Before anything else is read: what changes from here on is not what was looked at.
    seen = seen_in(queries.snapshot(), name)
    try:
        found = queries.flag_status(name)
    except HarnessError as error:
        return not_found(request, error)

    def act() -> HttpResponse:
        actor, reason, alone = actor_of(request), form.cleaned_data["reason"], overrides(request)
        looked_at: Mapping[str, int] = {}
        change = None
        if asks is not None:
            looked_at = read_seen(request.POST.get("seen", ""))
            refuse_unseen(looked_at)
            change = asks()
        made = Flipped.by(
            lambda: flip(actor=actor, reason=reason, seen=looked_at, override=alone),
            change=change,
            at_once=change is None,
        )
        remember(request, made)
        return redirect("dashboards:flag", name=name)

    back = reverse("dashboards:flag", args=[name])
    return action(
        request,
        form,
        preview=lambda: preview(found),
        act=act,
        back=back,
        seen=json.dumps(seen),
        accounts=accounts,
        asks_gates=None if forward is None else lambda: refusals_of(name, *forward()),
    )
