"""The page of healing: a dry run for a period, and what it named is written by a second click."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboards.access import actor_of, form_for
from dashboards.forms import offered_accounts
from dashboards.heal_form import HealForm, PeriodForm
from dashboards.healing import due_of, said_of
from dashboards.rendering import page
from dashboards.statuses import status_of
from dashboards.two_people import awaited_by, overrides
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.authority.asking import require
from migration_harness.exceptions import InvalidChange, NotAllowed
from migration_harness.money import healing
from migration_harness.money.survey import Survey, survey


@form_for(actions.HEAL, actions.DEBIT, shown_to=actions.LOOK)
def heal(request: HttpRequest) -> HttpResponse:
    """Show what is due, or write what was shown; what is refused is a sentence above what is due now."""
    if request.method != "POST":
        asked = request.GET.keys() & PeriodForm.base_fields.keys()
        return _shown(request, PeriodForm(request.GET if asked else None, initial={"since": "7d"}))
    form = HealForm(request.POST)
    if not form.is_valid():
        return _shown(request, PeriodForm(request.POST), refused=InvalidChange("Look at what is due first."))
    actor, debits = actor_of(request), form.cleaned_data["allow_debits"]
    require(actor, healing.action_of(allow_debits=debits), subject=form.data.get("account", ""))
    try:
        healed = healing.heal(
            survey(form.scope),
            actor=actor,
            reason=form.cleaned_data["reason"],
            allow_debits=debits,
            override=overrides(request),
            expected=form.expected,
        )
    except NotAllowed:
        raise
    except HarnessError as error:
        return _shown(request, PeriodForm(request.POST), refused=error)
    messages.success(request, said_of(healed))
    since = form.scope.since
    begin = "" if since is None else f"{since:%Y-%m-%dT%H:%M}"
    again = urlencode(
        {"since": begin, "account": request.POST.get("account", ""), "against": form.cleaned_data["against"]}
    )
    return redirect(f"{reverse('dashboards:heal')}?{again}")


def _shown(request: HttpRequest, period: PeriodForm, *, refused: HarnessError | None = None) -> HttpResponse:
    due = form = None
    if period.is_bound:
        try:
            if period.is_valid():
                found = survey(period.scope)
                due, form = due_of(found), _form(request, found)
        except HarnessError as error:
            refused = error
    return page(
        request,
        "dashboards/heal.html",
        status=400 if period.errors else status_of(type(refused)) if refused else 200,
        title="Heal charges at a wrong price",
        period=period,
        due=due,
        form=form,
        refused=str(refused or ""),
        awaits=awaited_by(refused),
        accounts=offered_accounts(),
    )


def _form(request: HttpRequest, found: Survey) -> HealForm | None:
    """Return the form for what was found, as far as this person may write it; None where there is nothing to write."""
    actor = actor_of(request)
    gives, takes = found.totals["overpaid"], found.totals["underpaid"]
    may_give, may_take = (actor.may(healing.action_of(allow_debits=debits)) for debits in (False, True))
    if not ((gives and may_give) or ((gives or takes) and may_take)):
        return None
    form = HealForm.after(found, entered=request.POST)
    if not may_take and takes:
        del form.fields["allow_debits"]
    return form
