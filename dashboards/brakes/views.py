"""Rolling back from the bar: at once, with the reason afterwards; and what the bar shows while it is looked at."""

from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dashboards.access import actor_of, form_for, page_for
from dashboards.bar.reading import bar
from dashboards.flips import Flipped
from dashboards.rendering import is_part, not_found, page, part
from dashboards.statuses import status_of
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.control.rollback import roll_back
from migration_harness.control.saying_why import say_why
from migration_harness.exceptions import InvalidChange

_LARGEST_EPOCH: Final = 2**63 - 1


@form_for(actions.ROLLBACK)
def brakes(request: HttpRequest) -> HttpResponse:
    """Show every way back, or go it: the flags that are named, or all of them. Nothing else is asked before.

    It is the operation of ``harness rollback``: no gate is asked, flags that require one of them come along.
    """
    if request.method != "POST":
        return _page(request)
    known = [flag.name for flag in queries.flag_statuses()]
    names = known if "all" in request.POST else request.POST.getlist("flag")
    try:
        if not names:
            raise InvalidChange("Name a flag, or all of them.")
        for name in names:
            queries.flag_status(name)
    except HarnessError as error:
        return not_found(request, error)
    actor, reason = actor_of(request), request.POST.get("reason", "")
    try:
        made = Flipped.by(lambda: roll_back(names=names, actor=actor, reason=reason), at_once=True)
    except HarnessError as error:
        return _told(request, status=status_of(type(error)), refused=str(error))
    if not is_part(request):
        return redirect("dashboards:brakes")
    holds = made.proven.proof.holds and not made.proven.refused
    return _told(request, status=HTTPStatus.OK if holds else HTTPStatus.CONFLICT, **_outcome(made))


@page_for(actions.LOOK)
def figures(request: HttpRequest) -> HttpResponse:
    """Show the bar as it is now, without its confirmations, which stay as they were loaded."""
    return part(request, "dashboards/brakes/_figures.html", bar=bar())


@page_for(actions.LOOK)
def obeying(request: HttpRequest) -> HttpResponse:
    """Show which processes decide by an epoch after that of ``?epoch=``: who has obeyed so far."""
    since = request.GET.get("epoch", "")
    epoch = min(int(since), _LARGEST_EPOCH) if since.isascii() and since.isdecimal() and len(since) <= 19 else 0  # noqa: PLR2004
    members = [(each.process, each.epoch > epoch) for each in queries.fleet() if each.is_live]
    return part(request, "dashboards/brakes/_obeying.html", members=members)


@form_for(actions.ROLLBACK)
def why(request: HttpRequest) -> HttpResponse:
    """Take the reason of a rollback that was made, for the trail."""
    if request.method != "POST":
        return _page(request)
    reason = request.POST.get("reason", "")
    try:
        say_why(epochs=_epochs(request.POST.getlist("rolled")), actor=actor_of(request), reason=reason)
    except HarnessError as error:
        return _told(request, status=status_of(type(error)), refused=str(error))
    return _told(request, said=reason) if is_part(request) else redirect("dashboards:brakes")


def _told(request: HttpRequest, *, status: int = HTTPStatus.OK, **told: Any) -> HttpResponse:
    """Answer into the dialog that asked, or as a page."""
    template = "dashboards/brakes/_told.html"
    if is_part(request):
        return part(request, template, status=status, **told)
    return _page(request, status=status, told=told)


def _page(request: HttpRequest, *, status: int = HTTPStatus.OK, told: dict[str, Any] | None = None) -> HttpResponse:
    """Show every way back, and the last that was gone with its proof, whoever's session that was."""
    last = queries.last_rollback()
    return page(
        request,
        "dashboards/brakes/brakes.html",
        status=status,
        title="Roll back",
        told=told,
        last=last,
        last_outcome=last and {"sentence": f"Rolled back: {', '.join(last.flags)}.", "proof": last.told},
        last_rolled=last and [f"{name}:{epoch}" for name, epoch in zip(last.flags, last.epochs, strict=True)],
    )


def _outcome(made: Flipped) -> dict[str, Any]:
    rolled = [f"{flip.flag}:{flip.epoch}" for flip in made.proven.flips if flip.changed]
    return {"outcome": {"sentence": made.sentence, "proof": made.proof}, "rolled": rolled}


def _epochs(texts: list[str]) -> dict[str, int]:
    """Read ``flag:epoch``, as the form after a rollback names what it was. Raises InvalidChange."""
    found = {}
    for text in texts:
        name, _, epoch = text.rpartition(":")
        if not name or not epoch.isascii() or not epoch.isdecimal() or len(epoch) > 18:  # noqa: PLR2004
            raise InvalidChange("What was rolled back cannot be read. Look at the flag's page.")
        found[name] = int(epoch)
    if not found:
        raise InvalidChange("Nothing was rolled back: there is nothing to give a reason for.")
    return found
