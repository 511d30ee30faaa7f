"""Pages inside the admin's frame: its navigation, its themes; and parts of pages, which come without it."""

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboards.bar.reading import bar
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.authority.actors import Actor, of_user
from migration_harness.exceptions import NotAllowed

PART: Final = "X-Console-Part"
"""Asked for with it, an answer is a part of a page; answered with it, it is one, and not a page to sign in at."""


class May:
    """What a page offers whoever looks at it: ``may.FLIP`` in a template, by the names of the actions."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def __getitem__(self, name: str) -> bool:
        return self._actor.may(getattr(actions, name))


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page, with the bar on it."""
    return render(
        request,
        template,
        {**admin.site.each_context(request), "may": May(of_user(request.user)), "bar": bar(), **context},
        status=status,
    )


def part(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a part of a page, which a page that is open puts into itself."""
    response = render(request, template, {"may": May(of_user(request.user)), **context}, status=status)
    response[PART] = "1"
    return response


def is_part(request: HttpRequest) -> bool:
    """Tell whether a page that is open asks, and not a browser for a page."""
    return PART in request.headers or "HX-Request" in request.headers


def not_found(request: HttpRequest, error: HarnessError) -> HttpResponse:
    """Say that what the address names does not exist."""
    return page(request, "dashboards/not_found.html", status=404, title="Not found", message=str(error))


def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    """Say who may not do what, and who can change that; a page without the menu, which may be for others alone."""
    return render(request, "403.html", {"exception": str(error)}, status=403)
