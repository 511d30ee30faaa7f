"""``harness discrepancies export``: all of them as JSON, or one as a test."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.described import with_samples
from migration_harness.cli.output import Json, as_json, console, print_json
from migration_harness.exceptions import Unwritable
from migration_harness.reviewing import regression


@verb()
def export(
    what: Annotated[str, Argument(help="The JSON file to write; with --pytest the discrepancy.")],
    *,
    pytest: Annotated[Path | None, Option("--pytest", help="Write a test of one discrepancy to this file.")] = None,
    json: Json = False,
) -> None:
    """Write all discrepancies with their samples to a file, or one discrepancy as a pytest file."""
    if pytest is None:
        _export_all(Path(what), json=json)
        return
    made = regression.export(what)
    _write(pytest, made.text)
    if json:
        told = {"signature": made.signature, "reproduced": made.reproduced, "minimised": made.minimised}
        print_json({"file": str(pytest), **told})
        return
    out = console()
    out.print(f"A test of {made.signature} was written to {pytest}. It fails while the candidate is wrong.")
    if not made.reproduced:
        out.print("This process does not differ as recorded: the fault may be corrected here, or be one of the data.")


def _export_all(path: Path, *, json: bool) -> None:
    found = [with_samples(each) for each in queries.discrepancies()]
    _write(path, as_json(found))
    if json:
        print_json({"file": str(path), "discrepancies": len(found)})
        return
    console().print(f"{len(found)} discrepancies written to {path}.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unwritable(f"{path}: {error.strerror}. Name a file that can be written.") from None
