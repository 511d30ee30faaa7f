"""The customers' pages: one document, whose scripts and styles are static files."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

_NOT_BUILT = "The frontend is not built. Run `make frontend`, then start the service again.\n"


@require_safe
@ensure_csrf_cookie
def frontend(_request: HttpRequest) -> HttpResponse:
    """Answer with the document at every address below ``/app/``; 503 where it was not built.

    The document names its scripts by their hashes: it is asked for each time, they are kept for ever.
    """
    try:
        document = Path(settings.FRONTEND_DIST, "index.html").read_bytes()
    except FileNotFoundError:
        return HttpResponse(_NOT_BUILT, status=503, content_type="text/plain")
    return HttpResponse(document, headers={"Cache-Control": "no-cache"})
