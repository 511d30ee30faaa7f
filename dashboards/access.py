"""Who may look at the console and act on it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def staff_page(view: View[P]) -> View[P]:
    """Show a page to staff alone, never from a cache: anonymous visitors log in first, customers get 403."""
    return require_safe(_for_staff(view))


def staff_form(view: View[P]) -> View[P]:
    """Let staff alone look at a form and send it; Django's middleware asks for its CSRF token."""
    return require_http_methods(["GET", "HEAD", "POST"])(_for_staff(view))


def _for_staff(view: View[P]) -> View[P]:
    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not admin.site.has_permission(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
