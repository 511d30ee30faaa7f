"""The pages of accounts: the list with its toggles, the change of many, one account, its charges and its statement."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from dashboards.access import actor_of, form_for, page_for
from dashboards.accounts.listing import Accounts
from dashboards.accounts.moving import form_of, of_move, refuse_stale, seen_of
from dashboards.accounts.one import account_page, known_account
from dashboards.accounts.statements import LINES, Charges, charges_table, statement_page
from dashboards.accounts.toggling import Told, toggled
from dashboards.acting import action
from dashboards.flips import Flipped
from dashboards.forms import MEMBERSHIPS
from dashboards.outcome import remember
from dashboards.rendering import is_part, not_found, page, part
from dashboards.tables import Listed, Shown, shown
from dashboards.two_people import overrides
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.control.rollback import change_flag
from migration_harness.rollout.way_forward import refusals_of


@form_for(actions.FLIP, shown_to=actions.LOOK)
def accounts(request: HttpRequest) -> HttpResponse:
    """List accounts with their stages, or as a file; a button of a stage moves its account at once."""
    return _toggling(request, lambda told: _listed(request, told))


@form_for(actions.FLIP, shown_to=actions.LOOK)
def account(request: HttpRequest, account_id: str) -> HttpResponse:
    """Show one account whole; a button of a stage moves it at once."""
    try:
        known_account(account_id)
    except HarnessError as error:
        return not_found(request, error)
    return _toggling(request, lambda told: _one(request, account_id, told))


@form_for(actions.FLIP)
def move(request: HttpRequest) -> HttpResponse:
    """Move many accounts by one change, after a look at who that is."""
    form = form_of(request)
    seen = seen_of(form)

    def act() -> HttpResponse:
        name, change, reason = form.cleaned_data["flag"], form.change, form.cleaned_data["reason"]
        looked_at = refuse_stale(form, request.POST.get("seen", ""))
        by, alone = actor_of(request), overrides(request)
        made = Flipped.by(
            lambda: change_flag(name=name, change=change, actor=by, reason=reason, seen=looked_at, override=alone),
            change=change,
        )
        remember(request, made)
        return redirect("dashboards:flag", name=name)

    return action(
        request,
        form,
        preview=lambda: of_move(form),
        act=act,
        back=reverse("dashboards:accounts"),
        seen=seen,
        asks_gates=lambda: refusals_of(form.cleaned_data["flag"], form.change),
    )


@page_for(actions.LOOK)
def charges(request: HttpRequest, account_id: str) -> HttpResponse:
    """List the charges of an account under both prices, or send them as a file."""
    try:
        info = known_account(account_id)
    except HarnessError as error:
        return not_found(request, error)
    found = shown(request, charges_table(), Charges(account_id))
    if not isinstance(found, Shown):
        return found
    title, now = f"Charges of {info.name}", timezone.now()
    return page(request, "dashboards/accounts/charges.html", title=title, info=info, shown=found, at=now)


@page_for(actions.LOOK)
def statement(request: HttpRequest, account_id: str) -> HttpResponse:
    """Show a month of an account before and after, or send it as a file."""
    try:
        found = statement_page(account_id, month=request.GET.get("month", ""), now=timezone.now())
    except HarnessError as error:
        return not_found(request, error)
    lines = shown(request, LINES, Listed(LINES, found.statement.lines))
    if not isinstance(lines, Shown):
        return lines
    title = f"Statement of {found.info.name}, {found.statement.month:%Y-%m}"
    return page(request, "dashboards/accounts/statement.html", title=title, page=found, shown=lines)


@page_for(actions.LOOK)
def print_statement(request: HttpRequest, account_id: str) -> HttpResponse:
    """Show the same for paper: without anything of the console around it."""
    try:
        found = statement_page(account_id, month=request.GET.get("month", ""), now=timezone.now())
    except HarnessError as error:
        return not_found(request, error)
    return render(request, "dashboards/accounts/print.html", {"page": found})


def _toggling(request: HttpRequest, show: Callable[[Told | None], HttpResponse]) -> HttpResponse:
    """Show a page, or do what its button asks for and show it with what came of that."""
    if request.method != "POST":
        return show(None)
    told = toggled(request)
    if told.done and not is_part(request):
        messages.success(request, told.sentence)
        return redirect(request.get_full_path())
    return show(told)


def _listed(request: HttpRequest, told: Told | None) -> HttpResponse:
    found = Accounts(request.GET)
    listed = shown(request, found.table, found)
    if not isinstance(listed, Shown):
        return listed
    context = {
        "found": found,
        "filter": found.filter,
        "shown": listed,
        "told": told,
        "memberships": MEMBERSHIPS,
        "reason": request.POST.get("reason", ""),
    }
    status = told.status if told else 200
    if not is_part(request):
        return page(request, "dashboards/accounts/accounts.html", status=status, title="Accounts", **context)
    answer = part(request, "dashboards/accounts/_found.html", status=status, **context)
    if told is None:
        # What is typed is the address, without what asks for nothing.
        answer["HX-Replace-Url"] = f"{request.path}?{found.filter.address}" if found.filter.address else request.path
    return answer


def _one(request: HttpRequest, account_id: str, told: Told | None) -> HttpResponse:
    found = account_page(account_id, now=timezone.now())
    context = {"page": found, "told": told, "reason": request.POST.get("reason", "")}
    status = told.status if told else 200
    if is_part(request):
        return part(request, "dashboards/accounts/_stages.html", status=status, **context)
    return page(request, "dashboards/accounts/account.html", status=status, title=found.info.name, **context)
