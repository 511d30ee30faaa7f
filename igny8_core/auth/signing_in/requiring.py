"""Which requests of an operator go on: those of a session that has shown the second factor, where there is one."""

from typing import Final

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from igny8_core.auth.signing_in.second_factor import factor_of
from rest_api.envelope import failure

SESSION_KEY: Final = "second_factor"
"""Which second factor a session has shown."""


def answer_instead(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to an operator who has to set up a second factor first; None where the request goes on.

    A session that has not shown the one that there is ends here: it began before that was set up.
    """
    user = request.user
    if not (user.is_authenticated and user.is_staff):
        return None
    factor = factor_of(user)
    if factor is not None:
        if request.session.get(SESSION_KEY) != factor.pk:
            auth.logout(request)
        return None
    if not settings.IGNY8_SECOND_FACTOR_REQUIRED or request.path in _free():
        return None
    if request.path.startswith("/api/"):
        told = f"Set up a second factor first: {reverse('second-factor')}."
        return JsonResponse(failure(told, code="second_factor_required"), status=403)
    return redirect("second-factor")


def _free() -> tuple[str, ...]:
    return (reverse("second-factor"), reverse("admin:logout"), reverse("admin:login"), reverse("admin:jsi18n"))
