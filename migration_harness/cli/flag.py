"""``harness flag``: change who is in a cohort, and at which stage."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

from typer import Argument, Option

from migration_harness import queries
from migration_harness.accounts import AccountInfo, directory
from migration_harness.cli.output import Json, Reason, actor, console, print_json, translated
from migration_harness.exceptions import InvalidChange, UnknownAccount
from migration_harness.flags import load_snapshot
from migration_harness.operations import UNCHANGED, FlagChange, Membership, change_flag
from migration_harness.registry import seams
from migration_harness.snapshot import Snapshot
from migration_harness.stages import stage_named
from migration_harness.wording import cohort_text, percent


class Everyone(StrEnum):
    """The answers to ``--everyone``."""

    YES = "yes"
    """All accounts that are not excluded."""
    NO = "no"
    """Nobody: what a rollback sets."""
    UNSET = "unset"
    """As included, excluded and share say."""


_EVERYONE = {Everyone.YES: True, Everyone.NO: False, Everyone.UNSET: None}


@translated
def flag(
    name: Annotated[str, Argument(help="The flag.")],
    *,
    account: Annotated[str | None, Option(help="An account, by id or exact name.")] = None,
    on: Annotated[bool, Option("--on", help="Include the account.")] = False,
    off: Annotated[bool, Option("--off", help="Exclude the account.")] = False,
    inherit: Annotated[bool, Option("--inherit", help="Neither: the account follows the share.")] = False,
    share: Annotated[float | None, Option(help="Share of all accounts, in percent.")] = None,
    compared: Annotated[float | None, Option(help="Share of the calls that is compared, in percent.")] = None,
    everyone: Annotated[Everyone | None, Option(help="All accounts, none, or as the rest says.")] = None,
    stage: Annotated[str | None, Option(help="Stage of the cohort.")] = None,
    baseline: Annotated[str | None, Option(help="Stage of everybody else.")] = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Show a flag, or change it; prints who is affected."""
    chosen = _account(account, on=on, off=off, inherit=inherit)
    before = load_snapshot()
    flip = change_flag(
        name=name,
        change=FlagChange(
            stage=UNCHANGED if stage is None else stage_named(stage),
            baseline=UNCHANGED if baseline is None else stage_named(baseline),
            everyone=UNCHANGED if everyone is None else _EVERYONE[everyone],
            share_bps=UNCHANGED if share is None else _bps(share),
            compared_bps=UNCHANGED if compared is None else _bps(compared),
            account_id=chosen.account_id if chosen else None,
            membership=_membership(on=on, off=off) if chosen else None,
        ),
        actor=actor(),
        reason=reason,
    )
    report(name, before=before, chosen=chosen, changed=flip.changed, json=json)


def report(name: str, *, before: Snapshot, chosen: AccountInfo | None, changed: bool, json: bool) -> None:
    """Print a flag as it is now, and who is affected by what has changed since ``before``."""
    after = load_snapshot()
    found = queries.flag_status(name)
    ids = directory().all_ids()
    was, now = queries.cohort_of(before, name, ids), queries.cohort_of(after, name, ids)
    joined, left = sorted(now - was), sorted(was - now)
    if json:
        account_json = _account_json(name, chosen, before, after) if chosen else None
        print_json(
            {
                "flag": asdict(found),
                "changed": changed,
                "cohort": {"accounts": len(now), "of": len(ids), "joined": joined, "left": left},
                "account": account_json,
            }
        )
        return
    out = console()
    out.print(f"[bold]{name}[/] {'changed' if changed else 'is unchanged'} (epoch {found.epoch})")
    out.print(f"  everybody else  {found.baseline}")
    out.print(
        f"  cohort          {found.stage} · {cohort_text(found)} · compares {percent(found.compared_bps)} of calls"
    )
    out.print(f"  accounts        {len(now):,} of {len(ids):,} are on the candidate")
    if joined or left:
        out.print(f"  affected        {len(joined):,} joined, {len(left):,} left: {_names(joined + left)}")
    for required in found.requires:
        missing = len(now | set(joined)) == 0 and bool(found.included or found.share_bps or found.everyone)
        out.print(f"  requires        {required}{' — nobody is in both cohorts yet' if missing else ''}")
    if chosen:
        _print_account(name, chosen, before, after)


def _account(text: str | None, *, on: bool, off: bool, inherit: bool) -> AccountInfo | None:
    if on + off + inherit > 1:
        raise InvalidChange("--on, --off and --inherit exclude each other.")
    if text is None:
        if on or off or inherit:
            raise InvalidChange("--on, --off and --inherit belong to an account: add --account ID.")
        return None
    if not (on or off or inherit):
        raise InvalidChange("Say what to do with the account: --on, --off or --inherit.")
    found = directory().find(text)
    if found is None:
        raise UnknownAccount(f"There is no account with the id or name {text!r}.")
    return found


def _membership(*, on: bool, off: bool) -> Membership:
    return "on" if on else "off" if off else "inherit"


def _bps(percentage: float) -> int:
    return round(percentage * 100)


def _names(account_ids: list[str], *, most: int = 5) -> str:
    known = directory().describe(account_ids[:most])
    names = ", ".join(known[i].name if i in known else i for i in account_ids[:most])
    return names + (f" and {len(account_ids) - most:,} more" if len(account_ids) > most else "")


def _account_json(name: str, chosen: AccountInfo, before: Snapshot, after: Snapshot) -> dict[str, Any]:
    count, control, candidate = queries.recent_charges(chosen.account_id, flag=name)
    return {
        "id": chosen.account_id,
        "name": chosen.name,
        "balance": chosen.balance,
        "stage_before": before.decide(name, chosen.account_id).stage.value,
        "stage_after": after.decide(name, chosen.account_id).stage.value,
        "recent_charges": {
            "count": count,
            "control": queries.plain(control),
            "candidate": queries.plain(candidate),
        },
    }


def _print_account(name: str, chosen: AccountInfo, before: Snapshot, after: Snapshot) -> None:
    found = _account_json(name, chosen, before, after)
    recent = found["recent_charges"]
    out = console()
    out.print(f"[bold]{chosen.name}[/] (account {chosen.account_id}, {chosen.plan})")
    out.print(f"  stage           {found['stage_before']} → {found['stage_after']}")
    out.print(f"  balance         {chosen.balance:,} credits; a flip moves no credits")
    if recent["count"]:
        out.print(
            f"  price           its last {recent['count']:,} compared charges: "
            f"{recent['control']} credits by the legacy tariff, {recent['candidate']} by the new price"
        )
    elif any(seam.flag == name and seam.money for seam in seams):
        out.print("  price           no compared charge yet: nothing is known")
