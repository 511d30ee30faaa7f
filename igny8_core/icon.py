"""The icon of the service, for browsers that ask for one by the address that they know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def icon(_request: HttpRequest) -> HttpResponse:
    """Lead to the icon, which is a static file."""
    return redirect(static("igny8/icon.svg"))
