"""``harness flag NAME --retire``: a flag that nothing asks any more, off every list; ``--unretire`` is the way back."""

import sys

from typer import confirm

from migration_harness.cli.acting import whoever
from migration_harness.cli.output import console, print_json, telling
from migration_harness.cli.proof import print_proof
from migration_harness.cli.screen import bold, standard_output
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.control.rollback import ProvenFlip
from migration_harness.control.seen import refuse_unseen
from migration_harness.exceptions import InvalidChange


def retire(name: str, *, retired: bool, alone: bool, epoch: int | None, yes: bool, reason: str, json: bool) -> None:
    """Take a flag off every list, or bring it back; nobody's answers change. Raises FlagAsked."""
    if not alone:
        raise InvalidChange("--retire and --unretire go with no other change. Nothing was changed.")
    if not reason:
        raise InvalidChange(f"Say why {name} is {'retired' if retired else 'brought back'}: add --reason.")
    seen = {} if epoch is None else {name: epoch}
    refuse_unseen(seen)
    standard_output()
    if retired and not yes:
        _ask(name)
    change = FlagChange(retired=retired)
    proven = rollback.change_flag(name=name, change=change, actor=whoever(), reason=reason, seen=seen)
    with telling(proven.sentence):
        _tell(name, proven, retired=retired, json=json)


def _ask(name: str) -> None:
    if not sys.stdin.isatty():
        raise InvalidChange(f"Nobody can be asked here whether to retire {name}: add --yes. Nothing was changed.")
    confirm(f"Take {name} off every list? The trail keeps it, and --unretire brings it back.", abort=True, err=True)


def _tell(name: str, proven: ProvenFlip, *, retired: bool, json: bool) -> None:
    (flip,) = proven.flips
    if json:
        told = {"flag": name, "retired": retired, "changed": flip.changed, "epoch": flip.epoch}
        print_json(told | {"proof": proven.told})
        return
    became = "retired: it is off every list, and the trail keeps it" if retired else "on the lists again, as it was"
    console().print(bold(name), f"is {became} (epoch {flip.epoch}){'' if flip.changed else '; it was so already'}.")
    print_proof(console(), proven)
