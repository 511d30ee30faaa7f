"""Who may look at a page of the console and send its form: whoever may do the action that the view declares."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dashboards.rendering import not_allowed
from migration_harness.authority.actions import Action
from migration_harness.authority.actors import Actor, of_user
from migration_harness.authority.asking import require_one_of
from migration_harness.database.transaction import commits_for_itself
from migration_harness.exceptions import NotAllowed

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page_for(*needed: Action) -> Callable[[View[P]], View[P]]:
    """Show a page to whoever may do one of these, never from a cache; visitors log in first, others are told why."""

    def declare(view: View[P]) -> View[P]:
        return require_safe(_guarded(view, needed, needed))

    return declare


def form_for(*needed: Action, shown_to: Action | None = None) -> Callable[[View[P]], View[P]]:
    """Let whoever may do one of these look at a form and send it; Django's middleware asks for its CSRF token.

    ``shown_to``: who may look at it without sending it.
    """

    def declare(view: View[P]) -> View[P]:
        looking = needed if shown_to is None else (shown_to,)
        return require_http_methods(["GET", "HEAD", "POST"])(_guarded(view, looking, needed))

    return declare


def actor_of(request: HttpRequest) -> Actor:
    """Return who is signed in, as somebody who acts."""
    return of_user(request.user)


def _guarded(view: View[P], looking: tuple[Action, ...], sending: tuple[Action, ...]) -> View[P]:
    @never_cache
    @login_required
    @commits_for_itself
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        needed = sending if request.method == "POST" else looking
        try:
            require_one_of(actor_of(request), needed, subject=" ".join(map(str, kwargs.values())))
            return view(request, *args, **kwargs)
        except NotAllowed as error:
            return not_allowed(request, error)

    return guarded
