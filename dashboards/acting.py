"""How a person acts: what is missing is asked for, what would happen is shown, and a second click does it."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse

from dashboards.forms import ConsoleForm
from dashboards.gate_rows import ReasonRow, reason_rows
from dashboards.previews import Preview
from dashboards.rendering import page
from dashboards.statuses import status_of
from dashboards.two_people import awaited_by
from migration_harness.api import HarnessError
from migration_harness.exceptions import GateClosed, NotAllowed, Refusal


def action(
    request: HttpRequest,
    form: ConsoleForm,
    *,
    preview: Callable[[], Preview],
    act: Callable[[], HttpResponse],
    back: str,
    seen: str = "",
    accounts: Sequence[str] = (),
    passes_alone: bool = False,
    never_alone: bool = False,
    asks_gates: Callable[[], Sequence[Refusal]] | None = None,
) -> HttpResponse:
    """Return the page of an action, or do it and return what ``act`` does.

    What is wrong with the form, or what the harness refuses, is a sentence above the form, which keeps what
    was entered. ``back`` is the address to leave for; ``seen`` says what the preview rests on, and comes back with
    the second click; ``accounts`` are offered while one is typed. ``passes_alone``:
    what needs a second person is only asked for, and a superuser may do it alone at once; else that is offered where it
    was refused, but not of what is ``never_alone``. ``asks_gates`` returns why the plan would not allow it now, which
    is said before anybody tries.
    """
    refused, status, awaits = "", 400 if form.errors else 200, None
    reasons: list[ReasonRow] = []
    if request.method == "POST" and form.is_valid():
        try:
            return act()
        except NotAllowed:
            raise
        except GateClosed as error:
            refused, status, reasons = error.lead, status_of(type(error)), reason_rows(error.refused)
        except HarnessError as error:
            refused, status, awaits = str(error), status_of(type(error)), awaited_by(error)
    shown = None
    if form.is_decided:
        try:
            shown = preview()
            if asks_gates is not None and not refused and (reasons := reason_rows(asks_gates())):
                refused = "The plan does not allow this yet: it would be refused."
        except HarnessError as error:
            if not refused:
                refused, status = str(error), status_of(type(error))
    return page(
        request,
        "dashboards/action.html",
        status=status,
        title=shown.question if shown else form.title,
        form=form,
        preview=shown,
        refused=refused,
        may_pass_alone=passes_alone or (bool(awaits) and not never_alone),
        awaits=awaits,
        reasons=reasons,
        accounts=[] if shown else accounts,
        back=back,
        seen=seen,
    )
