"""``harness init``: the first plan of a host, as a file with what each line is for."""

import sys
from pathlib import Path
from typing import Annotated, Final

from typer import Argument

from migration_harness.authority import actions
from migration_harness.cli.acting import verb
from migration_harness.cli.output import Json, console, print_json
from migration_harness.cli.screen import bold
from migration_harness.deciding.registry import seams
from migration_harness.exceptions import Unwritable
from migration_harness.seams.write_seam import WriteSeam

_PLAN: Final = '''"""The migration on one page: its phases in order, and what must hold before and after each."""

from migration_harness.api import GateName, Phase, Plan, PlannedFlag, RolloutPlan

PLAN = Plan(
    phases=(
        # A phase is over before the next one begins. The first is a good place for what charges nobody.
        Phase(
            number=1,
            name="What changes, in a few words",
            risk="What can go wrong",
            way_back="What a rollback of this phase is: harness rollback --phase 1",
            flags=(
{flags}            ),
            # What must hold before any account is live; what nobody knows keeps a gate closed. Others:
            # GateName.COMPARISONS with strata=(…), BOUND, LATENCY, FORECAST for what charges, STORES, TRIAL_BALANCE.
            entering=(GateName.DISCREPANCIES,),
            # What must hold before the next phase begins. TESTS asks for reports: HARNESS["SUITE"], or harness verify.
            leaving=(GateName.TESTS,),
            # Shares of all accounts in basis points, each watched for a day by harness rollout start.
            rollout=RolloutPlan(shares_bps=(100, 1_000, 10_000)),
        ),
    ),
    # When nothing of the old code may be left: legacy=(…), criteria=(…). See docs/how-to/know-when-it-is-done.md.
)
'''
_FLAG: Final = """                PlannedFlag(
                    name={name!r},
                    owner="who answers for it",
                    # The seams that ask it: a check tells of one that is missing here.
                    seams={seams!r},
{store}                ),
"""
_STORE: Final = """                    # Both sides write to stores of their own.
                    has_store=True,
"""


@verb(actions.LOOK)
def init(
    file: Annotated[Path, Argument(help="The Python file to write.")] = Path("migration_plan.py"), *, json: Json = False
) -> None:
    """Write a plan with the flags that seams ask, and what each line is for; a file that is there stays as it is."""
    _write(file, plan_text())
    named = f"{_module(file)}.PLAN"
    if json:
        print_json({"file": str(file), "plan": named})
        return
    out = console()
    out.print(bold(str(file)), "is written. Say what changes in it, and name it in the settings:")
    out.print(f'HARNESS = {{"PLAN": "{named}"}}')


def plan_text() -> str:
    """Return the source of a plan of one phase, with each flag that a seam asks."""
    names = sorted({seam.flag for seam in seams}) or ["a-flag"]
    return _PLAN.format(flags="".join(map(_flag, names)))


def _flag(name: str) -> str:
    asking = [seam for seam in seams if seam.flag == name]
    store = _STORE if any(isinstance(seam, WriteSeam) for seam in asking) else ""
    return _FLAG.format(name=name, seams=tuple(seam.name for seam in asking), store=store)


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise Unwritable(f"{file} is there already, and stays as it is: name another file.") from None
    except OSError as error:
        raise Unwritable(f"{file} cannot be written: {error.strerror}.") from error


def _module(file: Path) -> str:
    """Return the name by which Python imports a file: from the nearest folder that it looks in."""
    whole = file.resolve()
    roots = [Path(each or ".").resolve() for each in sys.path]
    inside = [root for root in roots if root in whole.parents]
    root = max(inside, key=lambda each: len(each.parts), default=whole.parent)
    return ".".join(whole.relative_to(root).with_suffix("").parts)
