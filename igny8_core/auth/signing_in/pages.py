"""The page on which an operator sets up a second factor, or takes it away."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters

from igny8_core.auth.factor_models import SecondFactor
from igny8_core.auth.models import User
from igny8_core.auth.signing_in import codes, second_factor
from igny8_core.auth.signing_in.requiring import SESSION_KEY

_BEGUN = "second_factor_begun"


class PasswordForm(forms.Form):
    """One's own password, so that nobody does it at a screen left alone; and the code of what is there."""

    password = forms.CharField(
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        label="Your password",
    )


class CodeForm(forms.Form):
    """A code of the app."""

    code = forms.CharField(
        max_length=30,
        label="Code",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class RemovalForm(PasswordForm, CodeForm):
    """Both."""


@sensitive_post_parameters()
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Show where it stands: none, one that is being set up, or one that is asked for; and go one step on."""
    assert isinstance(request.user, User)  # noqa: S101  For the type checker: the page is for operators.
    factor = second_factor.factor_of(request.user)
    if factor is not None:
        return _remove(request, factor)
    number = request.session.get(_BEGUN) or 0
    begun = SecondFactor.objects.filter(user=request.user, pk=number, confirmed_at=None).first()
    if begun is not None and "code" in request.POST:
        return _confirm(request, begun)
    return _begin(request, request.user)


def _begin(request: HttpRequest, user: User) -> HttpResponse:
    form = PasswordForm(request.POST or None, label_suffix="")
    if form.is_valid() and _is_own(request, form):
        begun = second_factor.begin(user=user)
        request.session[_BEGUN] = begun.pk
        return _page(request, form=CodeForm(label_suffix=""), **_taken_by_an_app(begun))
    return _page(request, form=form, status=400 if form.errors else 200)


def _confirm(request: HttpRequest, begun: SecondFactor) -> HttpResponse:
    form = CodeForm(request.POST, label_suffix="")
    made = second_factor.confirm(begun, form.cleaned_data["code"], now=timezone.now()) if form.is_valid() else None
    if made is None:
        form.add_error("code", "That is no code of this moment. Enter the newest one; the clock has to be right.")
        return _page(request, form=form, status=400, **_taken_by_an_app(begun))
    del request.session[_BEGUN]
    # This session has just shown it; every other one ends with its next request.
    request.session[SESSION_KEY] = begun.pk
    return _page(request, recovery_codes=made)


def _remove(request: HttpRequest, factor: SecondFactor) -> HttpResponse:
    form = RemovalForm(request.POST or None, label_suffix="")
    if form.is_valid() and _is_own(request, form, code=form.cleaned_data["code"]):
        second_factor.remove(factor, actor=request.user.get_username())
        return redirect("second-factor")
    status = 400 if form.errors else 200
    return _page(request, form=form, factor=factor, left=factor.recovery_codes.count(), status=status)


def _is_own(request: HttpRequest, form: forms.Form, *, code: str = "") -> bool:
    name, password = request.user.get_username(), form.cleaned_data["password"]
    if authenticate(request, username=name, password=password, code=code) == request.user:
        return True
    refused = getattr(request, "sign_in_refused", None)
    form.add_error("password", str(refused or "The password or the code is wrong."))
    return False


def _taken_by_an_app(begun: SecondFactor) -> dict[str, Any]:
    secret = begun.secret.reveal()
    picture = codes.picture_of(secret, username=begun.user.get_username())
    # Our own SVG, of a text that the library encodes as squares.
    return {"picture": mark_safe(picture), "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))}  # noqa: S308


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    frame = {**admin.site.each_context(request), "title": "Second factor"}
    response = render(request, "signing_in/second_factor.html", {**frame, **context}, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
