"""``harness certificate``: a key, the signed file at the end, and its check."""

from pathlib import Path
from typing import Annotated, Any

from django_typer.management import Typer
from typer import Argument, Exit, Option

from migration_harness.authority import actions
from migration_harness.certificate import making
from migration_harness.certificate.checking import Checked, check, check_page, heads_in
from migration_harness.certificate.signing import public_named
from migration_harness.cli.acting import actor, verb
from migration_harness.cli.output import FAILED, Json, console, print_json, telling
from migration_harness.cli.screen import bold, good, warning
from migration_harness.exceptions import InvalidChange

FileArgument = Annotated[Path, Argument(help="The file of the certificate.")]


@verb(actions.CERTIFY)
def key(file: Annotated[Path, Argument(help="The file of the new private key.")], *, json: Json = False) -> None:
    """Make a private key in a new file, for its owner alone, and print the public one."""
    public = making.new_key(file)
    with telling(f"The public key is {public}."):
        if json:
            print_json({"file": str(file), "public": public})
            return
        out = console()
        out.print(f"The private key is in {file}. Keep it where only whoever certifies can read it, and a copy safe.")
        out.print(bold(f"The public key is {public}"))
        out.print("Give that to whoever is to check a certificate, past the certificate itself.")


@verb(actions.CERTIFY)
def make(
    file: FileArgument,
    *,
    signing_key: Annotated[
        Path | None, Option("--signing-key", help="The private key; without it, the setting's.")
    ] = None,
    json: Json = False,
) -> None:
    """Write what the migration comes to into one signed file, and a page of it for people beside."""
    made = making.make(path=file, made_by=actor(), key=signing_key)
    with telling(f"The certificate is {made.path}."):
        if json:
            told = {"file": str(made.path), "page": str(made.page), "key": made.key}
            print_json(told | {"head": made.content["trail"]["head"], "checks": _checks_json(made.checked)})
        else:
            _print(made.checked)
            console().print(bold(f"The certificate is {made.path}, its page {made.page}."))
            console().print(f"Check it: python manage.py harness certificate verify {file} --key {made.key}")
    if not all(each.holds for each in made.checked):
        raise Exit(FAILED)


@verb()
def verify(
    file: FileArgument,
    *,
    key: Annotated[str, Option("--key", help="The public key, or a file that has it.")],
    published: Annotated[
        Path | None, Option("--published", help="A file of published heads, which the trail must have.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a certificate with nothing but it and the public key; exit code 1 where anything in it does not hold."""
    try:
        text = file.read_bytes()
        heads = heads_in(published.read_text().splitlines()) if published else []
    except OSError as error:
        raise InvalidChange(f"{error.filename} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise InvalidChange(f"{published} is no file of published heads: a line has no hash.") from None
    found = check(text, public=public_named(key), published=heads)
    page = file.with_name(f"{file.name}.html")
    if all(each.holds for each in found) and page.is_file():
        found.append(check_page(text, page=page.read_bytes().decode(errors="replace")))
    holds = all(each.holds for each in found)
    if json:
        print_json({"holds": holds, "checks": _checks_json(found)})
    else:
        _print(found)
        console().print(good("The certificate holds.") if holds else warning("The certificate does not hold."))
    if not holds:
        raise Exit(FAILED)


def _checks_json(found: tuple[Checked, ...] | list[Checked]) -> list[dict[str, Any]]:
    return [{"name": each.name, "holds": each.holds, "sentence": each.sentence} for each in found]


def _print(found: tuple[Checked, ...] | list[Checked]) -> None:
    out = console()
    for each in found:
        out.print(good("holds") if each.holds else warning("FAILS"), f"{each.name}: {each.sentence}")


app: Any = Typer(help="Certify what the migration came to, and check such a certificate.")
app.command("key")(key)
app.command("make")(make)
app.command("verify")(verify)
