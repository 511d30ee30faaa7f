"""Certificates: signed with the key of the setting and downloaded, or checked with nothing but file and public key."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from dashboards.access import actor_of, form_for
from dashboards.acting import action
from dashboards.certifying.forms import CheckForm, MakeForm
from dashboards.commands import HARNESS, Command
from dashboards.labels import Label, Tone
from dashboards.previews import Fact, Preview
from dashboards.rendering import page
from migration_harness.authority import actions
from migration_harness.certificate.checking import Checked, check
from migration_harness.certificate.making import Signed, key_path, signed
from migration_harness.exceptions import HarnessMisconfigured

COMMANDS: Final = (
    Command(purpose="Make a key, once", line=f"{HARNESS} certificate key certificate.key"),
    Command(purpose="Write a certificate and its page", line=f"{HARNESS} certificate make certificate.json"),
)
HOLDS: Final = {
    True: Label(mark="✓", word="holds", tone=Tone.GOOD, meaning="It was counted again, from the file alone."),
    False: Label(mark="✗", word="fails", tone=Tone.BAD, meaning="The file contradicts itself, or who signed it."),
}
NAME: Final = "certificate.json"


@form_for(actions.LOOK)
def certificate(request: HttpRequest) -> HttpResponse:
    """Check a certificate that somebody brings, with nothing but its bytes and the key that was entered."""
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    checked: Sequence[Checked] = ()
    if form.is_bound and form.is_valid():
        checked = check(form.cleaned_data["file"], public=form.cleaned_data["key"])
    return _page(request, form, status=400 if form.errors else 200, checked=checked)


@form_for(actions.CERTIFY)
def make(request: HttpRequest) -> HttpResponse:
    """Have a certificate signed as everything stands now, and download it with its page."""
    try:
        key_path()
    except HarnessMisconfigured as error:
        return _page(request, CheckForm(), status=409 if request.method == "POST" else 200, refused=str(error))

    def gathered() -> Signed:
        return signed(made_by=actor_of(request).name)

    return action(
        request,
        MakeForm.of(request),
        preview=lambda: _preview(gathered()),
        act=lambda: _download(gathered()),
        back=reverse("dashboards:certificate"),
    )


def _page(
    request: HttpRequest, form: CheckForm, *, status: int, checked: Sequence[Checked] = (), refused: str = ""
) -> HttpResponse:
    return page(
        request,
        "dashboards/certifying/certificate.html",
        status=status,
        title="Certificate",
        form=form,
        checked=[(each, HOLDS[each.holds]) for each in checked],
        holds=bool(checked) and all(each.holds for each in checked),
        refused=refused,
        commands=COMMANDS,
    )


def _preview(made: Signed) -> Preview:
    failing = [Fact(term=f"{each.name} fails", text=each.sentence) for each in made.checked if not each.holds]
    holding = len(made.checked) - len(failing)
    return Preview(
        question="Sign what the migration comes to now?",
        facts=[
            Fact(term="Signed with", text=made.key),
            Fact(term="Checks that hold", text=f"{holding:,} of {len(made.checked):,}"),
            *failing,
            Fact(term="The trail", text=f"{made.content['trail']['count']:,} events, each in full"),
        ],
        button="Sign and download",
        grave=bool(failing),
    )


def _download(made: Signed) -> HttpResponse:
    """Return the certificate and its page in one file, as the command writes them beside each other."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        file.writestr(NAME, made.text)
        file.writestr(f"{NAME}.html", made.page(name=NAME))
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    at = timezone.now()
    response["Content-Disposition"] = f'attachment; filename="certificate-{at:%Y%m%dT%H%M%SZ}.zip"'
    return response
