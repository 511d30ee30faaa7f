"""What a person enters to make or to revoke a token."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from dashboards.forms import ConsoleForm, reason_field
from migration_harness.models import ApiToken
from migration_harness.tokens.holding import DAYS, MOST_DAYS

SCOPES = (
    (ApiToken.Scope.READ.value, "read: look at everything, change nothing"),
    (ApiToken.Scope.OPERATE.value, "operate: do what changes something"),
    (ApiToken.Scope.APPROVE.value, "approve: say a person's word on what another one proposed, or on a forecast"),
    (ApiToken.Scope.GATE.value, "gate: answer gates for somebody outside, and nothing else; goes with no other"),
)


class TokenForm(ConsoleForm):
    """A token, and who is asking for it: the password once more, so that nobody makes one at a screen left alone."""

    title = "Make a token"

    name = forms.CharField(max_length=100, label="What it is for", error_messages={"required": "Say what it is for."})
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        label="May",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Say what it may do."},
    )
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, initial=DAYS, label="Lives for, in days")
    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your own password: a token acts in your name."},
    )
    code = forms.CharField(
        label="Code of your second factor",
        help_text="Only where you have set one up.",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def refuse_anybody_else(self, request: HttpRequest) -> None:
        """Make the form an invalid one where it was not filled in by the user who is signed in."""
        values: dict[str, Any] = self.cleaned_data
        user = authenticate(
            request, username=request.user.get_username(), password=values["password"], code=values["code"]
        )
        if user != request.user:
            refusal = getattr(request, "sign_in_refused", None)
            self.add_error("password", str(refusal or "The password or the code of the second factor is wrong."))


class RevokeForm(ConsoleForm):
    """A token is to end."""

    title = "Revoke the token"
    reason = reason_field()
