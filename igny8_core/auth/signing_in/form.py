"""The form of the admin's and the console's log-in page."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget


class SignInForm(AuthenticationForm):
    """Name, password, and the code of the second factor. What was wrong is not told, but for when to try again."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "Enter the right name and password of an operator, and the code of your second factor where "
        "you have set one up.",
    }

    code = forms.CharField(
        required=False,
        max_length=30,
        label="Code",
        help_text="Of your second factor, where you have set one up; or a recovery code.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
    )

    def clean(self) -> dict[str, Any]:
        """Find out who it is."""
        values: dict[str, Any] = self.cleaned_data
        name, password = values.get("username"), values.get("password")
        if name and password:
            code = values.get("code", "")
            self.user_cache = authenticate(self.request, username=name, password=password, code=code)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return values

    def get_invalid_login_error(self) -> ValidationError:
        """Return why nobody was signed in."""
        if refused := getattr(self.request, "sign_in_refused", None):
            return ValidationError(str(refused), code="too_many_attempts")
        error: ValidationError = super().get_invalid_login_error()
        return error
