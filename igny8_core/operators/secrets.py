"""Secrets that an operator enters and nobody sees: inputs that are always empty, and a state in their place.

Note [No way to read]: a page shows whether a secret is set and its keyed fingerprint. An input never carries a
value back, an error never quotes one, the columns are not part of the form's model fields, and no filter of a
list may name them: ``?api_key__startswith=s`` would tell a key letter by letter.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanWidget

from igny8_core.operators.key_entry import may_enter_keys, require_key_entry
from migration_harness.api import HarnessError, NotAllowed, Secret, of_user


class SecretInput(forms.CharField):
    """Takes a secret; left empty it changes nothing. What is wrong is said without quoting it."""

    def __init__(self, *, accept: Callable[[str], Secret], **options: Any) -> None:
        widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password", "spellcheck": "false"})
        super().__init__(required=False, strip=True, widget=widget, **options)
        self._accept = accept

    def clean(self, value: Any) -> Any:
        """Return the secret, or an empty one."""
        try:
            return self._accept(super().clean(value))
        except ValidationError:
            raise
        except Exception as error:  # noqa: BLE001  Its message is ours; its cause may hold what was typed.
            raise ValidationError(str(error)) from None


def entered(form: Any, name: str) -> Secret | None:
    """Return what is to be kept: a secret, an empty one to remove it, None to leave it as it is."""
    typed: Secret = form.cleaned_data[f"enter_{name}"]
    if typed:
        return typed
    return Secret("") if form.cleaned_data[f"clear_{name}"] else None


def state_of(row: Model, name: str) -> str:
    """Return whether a secret is set, and its fingerprint."""
    try:
        value: Any = getattr(row, name)
    except HarnessError:
        return "set, and unreadable with IGNY8_FIELD_KEYS"
    secret = value if isinstance(value, Secret) else Secret(value or "")
    return f"set · {secret}" if secret else "not set"


class SecretsForm(forms.ModelForm):  # type: ignore[type-arg]  # Generic for the checker only.
    """A form that both enters and removes no secret at once."""

    secrets: ClassVar[Mapping[str, str]] = {}

    def clean(self) -> dict[str, Any]:
        """Refuse a secret that is entered and removed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, label in self.secrets.items():
            if cleaned.get(f"enter_{name}") and cleaned.get(f"clear_{name}"):
                self.add_error(f"clear_{name}", f"Either enter {label} or remove it.")
        return cleaned


def secrets_form(
    *,
    model: type[Model],
    secrets: Mapping[str, str],
    accept: Callable[[str, str], Secret],
    base: type[SecretsForm] = SecretsForm,
) -> type[SecretsForm]:
    """Return a form with two inputs for each secret: ``enter_NAME`` and ``clear_NAME``.

    ``secrets`` names the columns and how a page calls them; ``accept`` takes the column's name and what was typed.
    """
    inputs: dict[str, Any] = {}
    for name, label in secrets.items():
        inputs[f"enter_{name}"] = SecretInput(
            label=f"Enter {label}", help_text="Left empty, it stays as it is.", accept=partial(accept, name)
        )
        inputs[f"clear_{name}"] = forms.BooleanField(
            label=f"Remove {label}", required=False, widget=UnfoldBooleanWidget()
        )
    # The admin says which fields there are, and builds them in its own way.
    meta = type("Meta", (), {"model": model, "fields": (), "exclude": tuple(secrets)})
    return type(f"{model.__name__}Form", (base,), {**inputs, "secrets": secrets, "Meta": meta})


class SecretsAdmin(ModelAdmin):
    """A page with secrets. See Note [No way to read]."""

    secrets: ClassVar[Mapping[str, str]] = {}
    """The columns that hold secrets, and how a page calls them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load no secret before it is asked for, so that saving the row writes none."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer(*self.secrets)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Refuse a filter by a secret."""
        if lookup.split("__", maxsplit=1)[0] in self.secrets:
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Offer no input of a secret to whoever may enter none."""
        sets = super().get_fieldsets(request, obj)
        if may_enter_keys(request.user):
            return sets
        inputs = {f"{verb}_{name}" for name in self.secrets for verb in ("enter", "clear")}
        return [
            (title, {**told, "fields": [field for field in told["fields"] if field not in inputs]})
            for title, told in sets
        ]

    @method_decorator(sensitive_post_parameters())
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **options: Any
    ) -> HttpResponse:
        """Keep what was typed out of error reports, and refuse a secret of whoever may enter none."""
        if any(request.POST.get(f"{verb}_{name}") for name in self.secrets for verb in ("enter", "clear")):
            try:
                require_key_entry(of_user(request.user), subject=object_id or self.opts.model_name)
            except NotAllowed as error:
                raise PermissionDenied(str(error)) from None
        response: HttpResponse = super().changeform_view(request, object_id, *args, **options)
        return response
