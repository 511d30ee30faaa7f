"""``manage.py retired_choices``: list stored choices that have no price, and map them."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from igny8_core.modules.system.exceptions import MappingRefused
from igny8_core.modules.system.retired_choices import RetiredChoice, Where, retired_choices
from igny8_core.modules.system.retired_mapping import MAP_CHOICES, Mapped, map_retired
from migration_harness.api import HarnessError, NotAllowed, PlainCommand, at_prompt, read_committed, require

WRONG_USAGE = 2
REFUSED = 3


class Command(PlainCommand):
    """Lists; changes only what ``--map`` names."""

    help = "List the stored choices of accounts, sites and the installation that have no active, priced row; map them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--map", action="append", default=[], metavar="OLD=NEW", help="Store NEW wherever OLD is; may be repeated."
        )
        parser.add_argument("--where", choices=list(Where), help="Map only there; everywhere without.")
        parser.add_argument("--reason", default="", help="Why; it goes into the audit trail. A mapping needs one.")
        parser.add_argument("--as", dest="named", default="", metavar="USERNAME", help="Map as this user.")
        parser.add_argument("--json", action="store_true", help="Print JSON for scripts.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Map what is named, all or nothing, then list what is left."""
        mapped = self._map(options)
        left = retired_choices()
        if options["json"]:
            shown = {"mapped": [asdict(each) for each in mapped], "retired": [asdict(each) for each in left]}
            for line in json.dumps(shown, indent=2).splitlines():
                self.stdout.write(line)
            return
        for each in mapped:
            self.stdout.write(str(each))
        for choice in left:
            self.stdout.write(_line(choice))
        self.stdout.write(_sum(left))

    def _map(self, options: dict[str, Any]) -> list[Mapped]:
        pairs = [_pair(text) for text in options["map"]]
        where = (Where(options["where"]),) if options["where"] else tuple(Where)
        actor = _whoever(options["named"], maps=bool(pairs))
        try:
            with read_committed():
                return [
                    map_retired(retired=old, to=new, actor=actor, reason=options["reason"], where=where)
                    for old, new in pairs
                ]
        except MappingRefused as error:
            raise CommandError(str(error)) from None


def _whoever(username: str, *, maps: bool) -> str:
    """Return who runs this, as the trail has it; whoever may not map is refused before anything is tried."""
    try:
        actor = at_prompt(username)
        if maps:
            require(actor, MAP_CHOICES)
    except NotAllowed as error:
        raise CommandError(str(error), returncode=REFUSED) from None
    except HarnessError as error:
        raise CommandError(str(error), returncode=WRONG_USAGE) from None
    return actor.name


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise CommandError(f"--map takes OLD=NEW, for example gpt-4.1=gpt-5.1, not {text!r}.", returncode=WRONG_USAGE)
    return old, new


def _line(choice: RetiredChoice) -> str:
    whose = f"{choice.account}: {choice.site}" if choice.site else choice.account or "the installation"
    ignored = "" if choice.in_effect else "  (without effect now)"
    return f"{choice.model:<16} {choice.field:<14} {whose}{ignored}"


def _sum(left: list[RetiredChoice]) -> str:
    if not left:
        return "Every stored choice has an active, priced row."
    choices = "choice has" if len(left) == 1 else "choices have"
    return f"{len(left):,} stored {choices} no price. Map with --map OLD=NEW --reason '…'"
