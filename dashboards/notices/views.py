"""The page of notices, and what was given up of one, delivered again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboards.access import actor_of, form_for, page_for
from dashboards.acting import action
from dashboards.notices.forms import AgainForm, of_again
from dashboards.notices.rows import notices_page
from dashboards.rendering import not_found, page
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.rollout.notices.again import deliver_again
from migration_harness.wording import counted


@page_for(actions.LOOK)
def notices(request: HttpRequest) -> HttpResponse:
    """List what was told, to whom, and whether it has arrived."""
    now, state = timezone.now(), request.GET.get("state", "")
    chosen = state if state in queries.NOTICE_STATES else ""
    return page(
        request,
        "dashboards/notices/notices.html",
        title="Notices",
        at=now,
        page=notices_page(state=chosen, now=now),
        chosen=chosen,
    )


@form_for(actions.TELL_AGAIN)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Have what was given up of a notice delivered again."""
    try:
        found = queries.notice(number)
    except HarnessError as error:
        return not_found(request, error)
    form, back = AgainForm.of(request), reverse("dashboards:notices")

    def act() -> HttpResponse:
        count = deliver_again(number=number, actor=actor_of(request).name, reason=form.cleaned_data["reason"])
        messages.success(request, f"Notice {number} is told again: {counted(count, 'time')}.")
        return redirect(back)

    return action(request, form, preview=lambda: of_again(found), act=act, back=back)
