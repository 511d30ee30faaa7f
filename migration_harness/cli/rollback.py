"""``harness rollback``: everyone back to the baseline, at once, and the proof of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from migration_harness import queries
from migration_harness.accounts import directory
from migration_harness.authority import actions
from migration_harness.cli.acting import actor, ask, verb
from migration_harness.cli.output import FAILED, Json, Reason, console, print_json, telling
from migration_harness.cli.proof import print_proof
from migration_harness.cli.report import cost_text, flag_json, print_customers_see, print_flag
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.control import rollback as rollbacks
from migration_harness.control.flips import Flip
from migration_harness.control.retiring import DRILL_FLAG, on_lists
from migration_harness.control.rollback import ProvenFlip
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import InvalidChange
from migration_harness.plan import Phase, plan
from migration_harness.queries import Consequences, CostOfReturn, WayForward
from migration_harness.rollout.way_forward import refused_now


@verb(actions.ROLLBACK)
def rollback(
    name: Annotated[str | None, Argument(help="The flag.")] = None,
    *,
    phase: Annotated[int | None, Option(help="Every flag of this phase of the plan.")] = None,
    every_flag: Annotated[bool, Option("--all", help="Every flag.")] = False,
    to: Annotated[str | None, Option(help="'off' stops comparing as well.")] = None,
    only: Annotated[bool, Option("--only", help="Leave the flags that require it as they are.")] = False,
    drill: Annotated[bool, Option("--drill", help="Measure on a flag that nobody asks; changes nothing.")] = False,
    backup: Annotated[
        Path | None, Option("--backup", metavar="FILE", help="Of a phase's schema: copy what is lost to this file.")
    ] = None,
    without_backup: Annotated[bool, Option("--without-backup", help="Of a phase's schema: lose it.")] = False,
    yes: Annotated[bool, Option("--yes", help="Of a phase's schema: do not ask.")] = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Make the control authoritative for everyone; flags that require it come along, and cohorts stay as written.

    A phase without flags has put something into the database: with --phase N that is taken out again.
    """
    if [name is not None, phase is not None, every_flag, drill].count(True) != 1:
        raise InvalidChange("Name one flag, or say --phase N, or --all, or --drill.")
    if to not in (None, Stage.OFF.value):
        raise InvalidChange(f"--to takes only 'off', not {to!r}.")
    found = None if phase is None else plan().phase(phase)
    if found is not None and found.schema is not None and not found.flags:
        # Nobody who returns everyone to the control waits for what takes a schema back.
        from migration_harness.cli.undoing import undo_phase  # noqa: PLC0415

        undo_phase(found, backup=backup, lose=without_backup, yes=yes, reason=reason, json=json)
        return
    if backup is not None or without_backup:
        raise InvalidChange("--backup and --without-backup are for a phase that has put something into the database.")
    before = rollbacks.flags_before()
    if drill:
        ask(actions.DRILL)
        proven = rollbacks.drill(actor=actor())
    else:
        names = _flags_of(found) if found is not None else [each for each in on_lists(before) if each != DRILL_FLAG]
        names = names if name is None else [name]
        proven = rollbacks.roll_back(names=names, actor=actor(), reason=reason, to_off=to is not None, only=only)
    with telling(proven.sentence):
        after, ids = load_snapshot(), directory().all_ids()
        done = {
            flip.flag: queries.consequences(before=before, after=after, name=flip.flag, account_ids=ids)
            for flip in proven.flips
        }
        if json:
            _print_json(proven, done)
        else:
            _print(console(), proven, done, drill=drill)
    if proven.refused or not proven.proof.holds:
        raise Exit(FAILED)


def _flags_of(phase: Phase) -> list[str]:
    """Return the flags of a phase; raises InvalidChange where it has none and nothing in the database."""
    if not phase.flags:
        raise InvalidChange(f"Phase {phase.number} ({phase.name}) has no flag. Its way back: {phase.way_back}.")
    return [flag.name for flag in phase.flags]


def _print(out: Screen, proven: ProvenFlip, done: dict[str, Consequences], *, drill: bool) -> None:
    along = {each.flag: each for each in proven.along}
    for flip in proven.flips:
        if drill:
            out.print(bold("Drill:"), "a flag that no seam asks was rolled back; nothing has changed.")
            continue
        print_flag(out, flip.flag, done[flip.flag], changed=flip.changed)
        if flip.flag in along:
            out.print(f"  came along      it requires {', '.join(along[flip.flag].requires)}")
        _print_way_forward(out, flip)
        if not seams.money_flags.isdisjoint({flip.flag, *done[flip.flag].requiring}):
            out.print("  afterwards      harness heal: a dry run of what the candidate charged above the signed price")
    for each in proven.kept:
        out.print(bold(each.flag), f"stays as it is, and has no effect: it requires {', '.join(each.requires)}")
        print_customers_see(out, each.flag)
    if len(done) > 1:
        out.print(bold("Of all accounts that moved"), f"each counted once: {cost_text(_cost_of_all(done))}")
    for way in _ways_of_others(proven):
        out.print(bold(way.flag), "requires what was rolled back, and is rolled back already")
        _print_commands(out, way)
    for name, why in proven.refused:
        out.print(warning(f"{name} was not rolled back:"), why)
    print_proof(out, proven)


def _print_way_forward(out: Screen, flip: Flip) -> None:
    """Print the commands that return the flag to where it was before this rollback, or the one that it repeats."""
    found = queries.way_forward(flip.flag)
    if found is None:
        return
    _print_commands(out, found)
    if refused := refused_now(flip.flag):
        out.print(f"  {'':<15} would be refused now: {refused[0]}{_more(len(refused) - 1)}")
    if flip.before["everyone"] is False and found.at is not None:
        out.print(
            f"  {'':<15} as it was before it was rolled back at {found.at:%Y-%m-%d %H:%M:%S} UTC by {found.actor}"
        )


def _more(others: int) -> str:
    return f" And {others:,} more: harness gates" if others else ""


def _print_commands(out: Screen, way: WayForward) -> None:
    for number, command in enumerate(way.commands):
        out.print(f"  {'' if number else 'way forward':<15} harness {command}", soft_wrap=True)


def _ways_of_others(proven: ProvenFlip) -> list[WayForward]:
    """Return the ways forward of flags that came along with an earlier rollback of these, or were rolled back since."""
    made = {flip.flag for flip in proven.flips}
    ways = {way.flag: way for flip in proven.flips for way in queries.ways_forward(flip.flag)}
    return [way for name, way in ways.items() if name not in made]


def _cost_of_all(done: dict[str, Consequences]) -> CostOfReturn:
    effects = {name: effect for each in done.values() for name, effect in each.requiring.items()}
    return queries.cost_of_return(effects | {name: each.own for name, each in done.items()})


def _print_json(proven: ProvenFlip, done: dict[str, Consequences]) -> None:
    flags = [
        flag_json(flip.flag, done[flip.flag], changed=flip.changed)
        | {
            "customers_see": plan().customers_see(flip.flag),
            "way_forward": _commands(flip.flag),
            "way_forward_refused": list(refused_now(flip.flag)),
        }
        for flip in proven.flips
    ]
    told = {
        "flags": flags,
        "along": [each.told for each in proven.along],
        "kept": [each.told | {"customers_see": plan().customers_see(each.flag)} for each in proven.kept],
        "way_forward": [command for flag in flags for command in flag["way_forward"]]
        + [command for way in _ways_of_others(proven) for command in way.commands],
        "money": asdict(_cost_of_all(done)),
        "refused": [{"flag": name, "why": why} for name, why in proven.refused],
        "proof": proven.told,
    }
    print_json(told)


def _commands(name: str) -> list[str]:
    found = queries.way_forward(name)
    return [] if found is None else found.commands
