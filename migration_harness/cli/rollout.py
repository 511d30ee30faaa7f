"""``harness rollout``: start a rollout, look at it, pause it, let it go on, end it, return to a step."""

import sys
from dataclasses import asdict
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, assert_never

from typer import Argument, Exit, Option, confirm

from migration_harness.authority import actions
from migration_harness.cli.acting import ask, known, verb, whoever
from migration_harness.cli.output import FAILED, Json, Reason, console, print_json, telling
from migration_harness.cli.proof import print_proof
from migration_harness.cli.rollout_tables import print_prepared, print_rollouts, print_status
from migration_harness.cli.screen import standard_output
from migration_harness.control.rollback import ProvenFlip
from migration_harness.exceptions import InvalidChange
from migration_harness.moments import span
from migration_harness.rollout import running
from migration_harness.rollout.budget import budget_status
from migration_harness.rollout.starting import Prepared, Wish, prepare, start
from migration_harness.rollout.status import rollout_status, rollouts
from migration_harness.rollout.steps import share_of, shares_of


class Act(StrEnum):
    """What is done with a rollout."""

    STATUS = "status"
    """Nothing: it is shown."""
    START = "start"
    """It begins with its first step."""
    PAUSE = "pause"
    """It stays at its step."""
    RESUME = "resume"
    """It goes on."""
    ABORT = "abort"
    """It ends with a rollback."""
    BACK_TO = "back-to"
    """It returns to a step that it has proven."""


@verb(approves=True)
def rollout(
    name: Annotated[str | None, Argument(help="The flag; without one every rollout is listed.")] = None,
    act: Annotated[Act, Argument(help="What to do.")] = Act.STATUS,
    step: Annotated[str | None, Argument(help="Of back-to: the step's share, in percent.")] = None,
    *,
    steps: Annotated[str | None, Option("--steps", help="Shares in percent, as 1,5,25,50,100.")] = None,
    soak: Annotated[str | None, Option("--soak", help="How long each step is watched: 1d, 12h, 45min.")] = None,
    sample: Annotated[int | None, Option("--sample", min=0, help="Comparisons that each step needs.")] = None,
    dry: Annotated[
        list[str] | None, Option("--dry", help="A guard that is measured and never decides. May be repeated.")
    ] = None,
    approve_before: Annotated[
        str | None, Option("--approve-before", help="Steps before which another person approves, as 50,100.")
    ] = None,
    loss_credits: Annotated[
        int | None, Option("--loss-credits", min=0, help="The most credits that it may cost customers.")
    ] = None,
    loss_usd: Annotated[str | None, Option("--loss-usd", help="The most USD that it may cost customers.")] = None,
    yes: Annotated[bool, Option("--yes", help="Do not ask before it starts.")] = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Give the candidate to more accounts step by step, each proven before the next; or look at where that is."""
    _ask(act, name)
    if name is None:
        _show_all(json=json)
        return
    _refuse_step(act, step)
    match act:
        case Act.STATUS:
            _show(name, json=json)
        case Act.START:
            wish = Wish(
                shares_bps=None if steps is None else shares_of(steps),
                soak=None if soak is None else span(soak),
                sample=sample,
                approve_before_bps=None if approve_before is None else shares_of(approve_before),
                dry=tuple(dry or ()),
                loss_credits=loss_credits,
                loss_usd=None if loss_usd is None else _usd(loss_usd),
            )
            _start(prepare(flag=name, wish=wish), yes=yes, reason=reason, json=json)
        case Act.PAUSE:
            running.pause(flag=name, actor=whoever(), reason=reason)
            _show(name, json=json, done="paused")
        case Act.RESUME:
            running.resume(flag=name, actor=whoever(), reason=reason)
            _show(name, json=json, done="resumed")
        case Act.ABORT:
            _abort(name, reason=reason, json=json)
        case Act.BACK_TO:
            share = share_of(step or "")
            known(lambda: running.back_to(flag=name, share_bps=share, actor=whoever(), reason=reason), subject=name)
            _show(name, json=json, done="returned")
        case _:
            assert_never(act)


def _ask(act: Act, name: str | None) -> None:
    if act is Act.ABORT:
        ask(actions.ROLLBACK, subject=name or "")
    elif act is not Act.STATUS:
        ask(actions.ROLLOUT, subject=name or "")


def _refuse_step(act: Act, step: str | None) -> None:
    if (act is Act.BACK_TO) != (step is not None):
        raise InvalidChange("A step goes with back-to, and back-to needs one: rollout NAME back-to 5")


def _usd(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 14:
        raise InvalidChange(f"{text!r} is no amount of USD: write a number, as 12.50.")
    return amount


def _show_all(*, json: bool) -> None:
    found = rollouts()
    if json:
        print_json([asdict(each) for each in found])
    else:
        print_rollouts(console(), found)


def _show(name: str, *, json: bool, done: str = "") -> None:
    if not done:
        _print(name, json=json)
        return
    with telling(f"The rollout of {name} is {done}."):
        _print(name, json=json)


def _print(name: str, *, json: bool) -> None:
    found, budget = rollout_status(name), budget_status(name)
    if json:
        print_json(asdict(found) | {"budget": None if budget is None else asdict(budget)})
    else:
        print_status(console(), found, budget)


def _start(prepared: Prepared, *, yes: bool, reason: str, json: bool) -> None:
    standard_output()
    if json and not yes:
        print_json({"started": False, "sentence": prepared.sentence, **_who(prepared)})
        return
    if not json:
        print_prepared(console(), prepared)
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidChange("Nobody can be asked here whether to start: add --yes. Nothing was started.")
        confirm("Start?", abort=True, err=True)
    known(lambda: start(prepared, actor=whoever(), reason=reason), subject=prepared.flag)
    with telling(f"The rollout of {prepared.flag} is started."):
        if json:
            print_json({"started": True, "sentence": prepared.sentence, **_who(prepared)} | _status(prepared.flag))
        else:
            print_status(console(), rollout_status(prepared.flag))


def _who(prepared: Prepared) -> dict[str, Any]:
    return {"epoch": prepared.epoch, "who": asdict(prepared.who), "notes": list(prepared.who.sentences)}


def _status(name: str) -> dict[str, Any]:
    return {"rollout": asdict(rollout_status(name))}


def _abort(name: str, *, reason: str, json: bool) -> None:
    proven = running.abort(flag=name, actor=whoever(), reason=reason)
    with telling(proven.sentence):
        if json:
            print_json(asdict(rollout_status(name)) | {"proof": proven.told})
        else:
            _print_aborted(name, proven)
    if not proven.proof.holds:
        raise Exit(FAILED)


def _print_aborted(name: str, proven: ProvenFlip) -> None:
    print_status(console(), rollout_status(name))
    print_proof(console(), proven)
