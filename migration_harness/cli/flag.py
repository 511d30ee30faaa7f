"""``harness flag``: change who is in a cohort, and at which stage."""

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final

from typer import Argument, Exit, Option

from migration_harness import queries
from migration_harness.accounts import AccountInfo, directory
from migration_harness.authority import actions
from migration_harness.cli import creating, retiring
from migration_harness.cli.acting import ask, known, verb, whoever
from migration_harness.cli.output import (
    FAILED,
    Json,
    Override,
    Reason,
    console,
    override_named,
    print_json,
    say_plainly,
    telling,
)
from migration_harness.cli.proof import print_proof
from migration_harness.cli.report import account_json, flag_json, print_account, print_flag
from migration_harness.cli.screen import Screen, bold, standard_output, warning
from migration_harness.control import rollback
from migration_harness.control.flips import UNCHANGED, FlagChange, Membership, refuse_nonsense
from migration_harness.control.held_back import HeldBack, held_back
from migration_harness.control.seen import refuse_unseen
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import stage_named
from migration_harness.exceptions import HarnessError, InvalidChange


class Everyone(StrEnum):
    """The answers to ``--everyone``."""

    YES = "yes"
    """All accounts that are not excluded."""
    NO = "no"
    """Nobody: what a rollback sets."""
    UNSET = "unset"
    """As included, excluded and share say."""


_ALL_PERCENT: Final = 100
_EVERYONE = {Everyone.YES: True, Everyone.NO: False, Everyone.UNSET: None}


@verb(approves=True)
def flag(
    name: Annotated[str, Argument(help="The flag.")],
    *,
    account: Annotated[
        list[str] | None, Option(help="An account, by id or exact name; id:7 is the id alone. Several: one change.")
    ] = None,
    on: Annotated[bool, Option("--on", help="Include the account.")] = False,
    off: Annotated[bool, Option("--off", help="Exclude the account.")] = False,
    inherit: Annotated[bool, Option("--inherit", help="Neither: the account follows the share.")] = False,
    with_required: Annotated[
        bool, Option("--with-required", help="Include the account in the flags that this one requires as well.")
    ] = False,
    share: Annotated[float | None, Option(help="Share of all accounts, in percent.")] = None,
    compared: Annotated[float | None, Option(help="Share of the calls that is compared, in percent.")] = None,
    everyone: Annotated[Everyone | None, Option(help="All accounts, none, or as the rest says.")] = None,
    stage: Annotated[str | None, Option(help="Stage of the cohort.")] = None,
    baseline: Annotated[str | None, Option(help="Stage of everybody else.")] = None,
    epoch: Annotated[
        int | None, Option(min=0, help="The epoch at which you saw the flag: refused where it has another one.")
    ] = None,
    create: Annotated[
        bool, Option("--create", help="Create it, as the plan has it or for the seams that ask it.")
    ] = False,
    retire: Annotated[bool, Option("--retire", help="Off every list: nothing asks it any more.")] = False,
    unretire: Annotated[bool, Option("--unretire", help="On the lists again, as it was.")] = False,
    yes: Annotated[bool, Option("--yes", help="Do not ask before it is retired.")] = False,
    override: Override = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Show a flag, or change it; prints who is affected."""
    named = any(each is not None for each in (account, share, compared, everyone, stage, baseline))
    moves = on or off or inherit or named
    if moves or retire or unretire or create:
        ask(actions.FLIP, subject=name)
    if override:
        ask(actions.OVERRIDE, subject=name)
    if retire or unretire:
        alone = not (moves or override or (retire and unretire))
        retiring.retire(name, retired=retire, alone=alone, epoch=epoch, yes=yes, reason=reason, json=json)
        return
    if create:
        alone = not (on or off or inherit or override or with_required or epoch is not None) and not any(
            each is not None for each in (account, share, compared, everyone, stage)
        )
        creating.create(name, baseline=baseline, alone=alone, reason=reason, json=json)
        return
    moves_to, chosen = _accounts(name, account or [], on=on, off=off, inherit=inherit)
    change = FlagChange(
        stage=UNCHANGED if stage is None else stage_named(stage),
        baseline=UNCHANGED if baseline is None else stage_named(baseline),
        everyone=UNCHANGED if everyone is None else _EVERYONE[everyone],
        share_bps=UNCHANGED if share is None else _bps(share),
        compared_bps=UNCHANGED if compared is None else _bps(compared),
        memberships=moves_to,
    )
    refuse_nonsense(name, change)
    seen = {} if epoch is None else {name: epoch}
    refuse_unseen(seen)
    before, ids = load_snapshot(), _ids_with(moves_to)
    standard_output()
    moved = _include_in_required(name, chosen, on=on, reason=reason) if with_required else []
    try:
        with override_named():
            proven = known(
                lambda: rollback.change_flag(
                    name=name, change=change, actor=whoever(), reason=reason, seen=seen, override=override
                ),
                subject=name,
            )
    except HarnessError:
        if moved:
            say_plainly(f"{', '.join(moved)} changed before: the account is included there now.")
        raise
    with telling(proven.sentence if moves else ""):
        changed = any(flip.changed for flip in proven.flips)
        after = load_snapshot()
        done = queries.consequences(before=before, after=after, name=name, account_ids=ids)
        held = held_back(before=before, after=after, name=name, change=change, account_ids=ids)
        if json:
            shown = account_json(name, chosen, before) if chosen else None
            told = flag_json(name, done, changed=changed) | {"required_changed": moved}
            print_json(told | {"account": shown, "held_back": held and held.told, "proof": proven.told})
        else:
            out = console()
            _print_first(out, name, held, moved)
            print_flag(out, name, done, changed=changed)
            if chosen:
                print_account(out, name, chosen, before)
            print_proof(out, proven)
        if held and held.is_failure:
            raise Exit(FAILED)


def _ids_with(named: Iterable[str]) -> list[str]:
    """Return the ids of all accounts; those that nobody has seen before are among them."""
    ids = directory().all_ids()
    return [*ids, *(set(named).difference(ids))]


def _print_first(out: Screen, name: str, held: HeldBack | None, moved: list[str]) -> None:
    """Print what a person has to know before the rest: why nobody moved, and which other flags have changed."""
    if held:
        # On one line: the command in it is to be copied.
        out.print(warning(held.sentence) if held.is_failure else bold(held.sentence), soft_wrap=True)
    for required in moved:
        out.print(bold(required) + f", which {name} requires, has changed: it includes the account now.")


def _accounts(
    flag: str, texts: list[str], *, on: bool, off: bool, inherit: bool
) -> tuple[dict[str, Membership], AccountInfo | None]:
    """Return what becomes of the accounts that are named; of a single one also what is known of it."""
    if on + off + inherit > 1:
        raise InvalidChange("--on, --off and --inherit exclude each other.")
    if not texts:
        if on or off or inherit:
            raise InvalidChange("--on, --off and --inherit belong to an account: add --account ID.")
        return {}, None
    if not (on or off or inherit):
        raise InvalidChange("Say what to do with the account: --on, --off or --inherit.")
    membership = _membership(on=on, off=off)
    if len(texts) > 1:
        return queries.accounts_to_move(flag=flag, named=dict.fromkeys(texts, membership)), None
    account_id, chosen = queries.account_to_move(flag=flag, text=texts[0], membership=membership)
    return {account_id: membership}, chosen


def _include_in_required(name: str, chosen: AccountInfo | None, *, on: bool, reason: str) -> list[str]:
    """Include the account in every flag that ``name`` requires, the last required first; returns those that changed."""
    if chosen is None or not on:
        raise InvalidChange("--with-required goes with one --account ID --on.")
    change = FlagChange(account_id=chosen.account_id, membership="on")
    moved = []
    for required in load_snapshot().required_first(name):
        proven = rollback.change_flag(
            name=required, change=change, actor=whoever(), reason=reason or f"required by {name}"
        )
        moved += [flip.flag for flip in proven.flips if flip.changed]
    return moved


def _membership(*, on: bool, off: bool) -> Membership:
    return "on" if on else "off" if off else "inherit"


def _bps(percentage: float) -> int:
    """Return a share in basis points; raises InvalidChange for what is no share."""
    if not (0 <= percentage <= _ALL_PERCENT and math.isclose(round(percentage, 2), percentage)):
        raise InvalidChange(f"A share is a number between 0 and 100 with up to two decimals, not {percentage}.")
    return round(percentage * 100)
