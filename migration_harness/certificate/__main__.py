"""``python -m migration_harness.certificate verify FILE --key PUBLIC``: standard library and ``cryptography`` alone."""

import argparse
import sys
from pathlib import Path

from migration_harness.certificate.checking import Checked, check, check_page, heads_in
from migration_harness.certificate.signing import public_named
from migration_harness.exceptions import KeyUnusable


def main(arguments: list[str] | None = None) -> int:
    """Check a certificate and say so; returns 0 where all of it holds, 1 where something does not, 2: wrong usage."""
    asked = _parser().parse_args(arguments)
    try:
        text = Path(asked.file).read_bytes()
        heads = heads_in(Path(asked.published).read_text().splitlines()) if asked.published else []
        found = check(text, public=public_named(asked.key), published=heads)
        page = Path(f"{asked.file}.html")
        if all(each.holds for each in found) and page.is_file():
            found.append(check_page(text, page=page.read_bytes().decode(errors="replace")))
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be read: {error.strerror}.\n")
        return 2
    except (KeyUnusable, ValueError, KeyError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for each in found:
        sys.stdout.write(line_of(each) + "\n")
    return 0 if all(each.holds for each in found) else 1


def line_of(checked: Checked) -> str:
    """Return what was checked as a line."""
    return f"{'holds' if checked.holds else 'FAILS'}  {checked.name}: {checked.sentence}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m migration_harness.certificate", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    verify = verbs.add_parser("verify", help="check a certificate")
    verify.add_argument("file", help="the certificate")
    verify.add_argument("--key", required=True, help="the public key: 64 hexadecimal digits, or a file that has them")
    verify.add_argument("--published", help="a file of published heads of the trail")
    return parser


if __name__ == "__main__":
    sys.exit(main())
