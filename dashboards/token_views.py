"""The pages of tokens: make one, which is shown this once; look at them; end one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from dashboards.access import form_for
from dashboards.acting import action
from dashboards.previews import Fact, Preview
from dashboards.rendering import not_found, page
from dashboards.token_forms import RevokeForm, TokenForm
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions
from migration_harness.exceptions import UnknownToken
from migration_harness.queries import KnownToken
from migration_harness.tokens.holding import Made, make_token, revoke_token

_MAKES = form_for(actions.TOKENS, actions.APPROVE, shown_to=actions.LOOK)


@sensitive_post_parameters()
@_MAKES
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the person's tokens, to a superuser everybody's, and make one for whoever is signed in."""
    made, refused = None, ""
    form = TokenForm.of(request) if request.method == "POST" else TokenForm()
    if request.method == "POST" and form.is_valid():
        form.refuse_anybody_else(request)
        if form.is_valid():
            try:
                made = _made(request, form)
            except HarnessError as error:
                refused = str(error)
    return page(
        request,
        "dashboards/tokens.html",
        status=400 if refused or form.errors else 200,
        title="Tokens",
        form=TokenForm() if made else form,
        made=made,
        refused=refused,
        rows=_seen_by(request),
        everybody=_sees_everybody(request),
    )


@_MAKES
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a token: one's own, and of a superuser's will anybody's."""
    found = next((each for each in _seen_by(request) if each.prefix == prefix), None)
    if found is None:
        told = f"You have no token {prefix} that could be revoked. What has ended already is not listed any more."
        return not_found(request, UnknownToken(told))
    form, back = RevokeForm.of(request), reverse("dashboards:tokens")

    def act() -> HttpResponse:
        revoke_token(prefix=prefix, actor=request.user.get_username(), reason=form.cleaned_data["reason"])
        return redirect("dashboards:tokens")

    return action(request, form, preview=lambda: _preview(found), act=act, back=back)


def _made(request: HttpRequest, form: TokenForm) -> Made:
    name, values = request.user.get_username(), form.cleaned_data
    return make_token(
        username=name, name=values["name"], scopes=values["scopes"], days=values["days"], actor=name, by_owner=True
    )


def _seen_by(request: HttpRequest) -> list[KnownToken]:
    username = None if _sees_everybody(request) else request.user.get_username()
    return queries.tokens(now=timezone.now(), username=username)


def _sees_everybody(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _preview(found: KnownToken) -> Preview:
    used = f"{found.last_used_at:%Y-%m-%d %H:%M} UTC" if found.last_used_at else "never"
    return Preview(
        question=f"Revoke the token {found.prefix}?",
        facts=[
            Fact(term="Of", text=found.username or "nobody any more"),
            Fact(term="For", text=found.name),
            Fact(term="May", text=", ".join(found.scopes)),
            Fact(term="Last used", text=used),
            Fact(term="After that", text="its next request is answered 401; nobody can take it back"),
        ],
        button="Revoke it now",
        grave=True,
    )
