"""A flag's page, and what can be done with a flag: each action is looked at first, and then confirmed."""

from collections.abc import Callable, Sequence
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards import previews
from dashboards.access import staff_form, staff_page
from dashboards.acting import action
from dashboards.commands import next_share_percent
from dashboards.flag_card import cards_and_events
from dashboards.flips import Flipped
from dashboards.forms import AccountForm, ConsoleForm, ReturnForm, RollbackForm, ShareForm, offered_accounts
from dashboards.outcome import outcome_of, remember
from dashboards.previews import Preview
from dashboards.rendering import not_found, page
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.control.flips import FlagChange
from migration_harness.control.rollback import ProvenFlip, change_flag, roll_back
from migration_harness.exceptions import InvalidChange
from migration_harness.queries import FlagStatus


@staff_page
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
        card=card,
        outcome=outcome_of(request, found),
        account=AccountForm(),
        share=ShareForm(initial={"percent": next_share_percent(found)}),
        accounts=offered_accounts(),
    )


@staff_form
def rollback(request: HttpRequest, name: str) -> HttpResponse:
    """Give everyone the baseline of this flag."""
    form = RollbackForm.of(request)
    return _action(
        request,
        name,
        form,
        preview=lambda found: previews.of_rollback(found, to_off=form.cleaned_data["to_off"]),
        flip=lambda **by: roll_back(names=[name], to_off=form.cleaned_data["to_off"], **by),
    )


@staff_form
def take_back(request: HttpRequest, name: str) -> HttpResponse:
    """Return to where the flag was before the rollback."""
    return _action(
        request,
        name,
        ReturnForm.of(request),
        preview=lambda found: previews.of_return(found, _way_forward(name)),
        flip=lambda **by: [change_flag(name=name, change=change, **by) for change in _way_forward(name)][-1],
    )


@staff_form
def account(request: HttpRequest, name: str) -> HttpResponse:
    """Include one account, exclude it, or leave it to the share."""
    form = AccountForm.of(request)
    return _action(
        request,
        name,
        form,
        preview=lambda found: previews.of_account(found, form.change, form.cleaned_data["account"]),
        flip=lambda **by: change_flag(name=name, change=form.change, **by),
        accounts=offered_accounts(),
    )


@staff_form
def share(request: HttpRequest, name: str) -> HttpResponse:
    """Set the share of all accounts that is in the cohort."""
    form = ShareForm.of(request)
    return _action(
        request,
        name,
        form,
        preview=lambda found: previews.of_share(found, form.change),
        flip=lambda **by: change_flag(name=name, change=form.change, **by),
    )


def _way_forward(name: str) -> tuple[FlagChange, ...]:
    found = queries.way_forward(name)
    if found is None:
        raise InvalidChange(f"{name} is not rolled back, so there is no rollback to take back.")
    return found.changes


class Flip(Protocol):
    """Changes a flag as this person, and waits until every process obeys."""

    def __call__(self, *, actor: str, reason: str) -> ProvenFlip: ...  # noqa: D102


def _action(
    request: HttpRequest,
    name: str,
    form: ConsoleForm,
    *,
    preview: Callable[[FlagStatus], Preview],
    flip: Flip,
    accounts: Sequence[str] = (),
) -> HttpResponse:
    """Show what would happen to a flag, or do it and lead to the flag's page, which has the proof."""
    try:
        found = queries.flag_status(name)
    except HarnessError as error:
        return not_found(request, error)

    def act() -> HttpResponse:
        actor, reason = request.user.get_username(), form.cleaned_data["reason"]
        remember(request, Flipped.by(lambda: flip(actor=actor, reason=reason)))
        return redirect("dashboards:flag", name=name)

    back = reverse("dashboards:flag", args=[name])
    return action(request, form, preview=lambda: preview(found), act=act, back=back, accounts=accounts)
