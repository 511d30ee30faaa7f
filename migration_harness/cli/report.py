"""What a change of a flag did, for people and for scripts."""

from dataclasses import asdict
from shlex import quote
from typing import Any

from migration_harness import queries
from migration_harness.accounts import BY_ID, AccountInfo, directory
from migration_harness.cli.screen import Screen, bold
from migration_harness.control.consequences import moved_along
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.plan import plan
from migration_harness.queries import Consequences, CostOfReturn
from migration_harness.wording import cohort_text, percent

_NAMED = 5
"""Accounts that are named; the rest is counted."""


def print_flag(out: Screen, name: str, done: Consequences, *, changed: bool) -> None:
    """Print a flag as it is now, and who is affected: by it, and by the flags that require it."""
    found, effect = queries.flag_status(name), done.own
    out.print(bold(name), f"{'changed' if changed else 'is unchanged'} (epoch {found.epoch})")
    if found.retired:
        out.print("  retired         nothing asks it; to have it back: harness flag", quote(name), "--unretire")
    out.print(f"  everybody else  {found.baseline}")
    compares = f"compares {percent(found.compared_bps)} of calls"
    out.print(f"  cohort          {found.stage} · {cohort_text(found)} · {compares}")
    out.print(f"  accounts        {effect.on_candidate:,} of {effect.accounts:,} are on the candidate")
    moved = [*effect.joined, *effect.left]
    if moved:
        out.print(f"  affected        {len(effect.joined):,} joined, {len(effect.left):,} left: {_names(moved)}")
    if found.everyone is False:
        print_customers_see(out, name)
    for required in found.requires:
        out.print(f"  requires        {required}: an account must be in its cohort as well")
    for gone in queries.gone_members(name):
        away = f"harness flag {name} --account {quote(BY_ID + gone)} --inherit"
        out.print(f"  gone            account {gone} is on the list and does not exist any more. Take it off: {away}")
    for requiring, each in done.requiring.items():
        out.print(
            f"  required by     {requiring}: {len(each.joined):,} joined it, {len(each.left):,} left it as well: "
            f"{_names([*each.joined, *each.left])}"
        )
    prices = any(seam.money and seam.flag in (name, *done.requiring) for seam in seams)
    if prices and any(each.left for each in (effect, *done.requiring.values())):
        out.print(f"  money           {cost_text(done.cost)}")


def print_customers_see(out: Screen, name: str) -> None:
    """Print what customers see while the control answers them, where the plan says it."""
    if sees := plan().customers_see(name):
        out.print(f"  customers see   {sees}")


def cost_text(cost: CostOfReturn) -> str:
    """Return what going back costs those who went."""
    return (
        f"{cost.pay_more:,} of them pay more from now on, "
        f"{cost.dry_within_a_day:,} would run dry within a day at their rate of the last 24 hours"
    )


def flag_json(name: str, done: Consequences, *, changed: bool) -> dict[str, Any]:
    """Return the same for scripts."""
    effect = done.own
    cohort = {
        "accounts": effect.on_candidate,
        "of": effect.accounts,
        "joined": list(effect.joined),
        "left": list(effect.left),
    }
    return {
        "flag": asdict(queries.flag_status(name)),
        "changed": changed,
        "cohort": cohort,
        "gone": queries.gone_members(name),
        "required_by": {
            each: {"joined": list(moved.joined), "left": list(moved.left)} for each, moved in done.requiring.items()
        },
        "money": asdict(done.cost),
    }


def print_account(out: Screen, name: str, chosen: AccountInfo, before: Snapshot) -> None:
    """Print one account's stage before and after, its balance, and what its charges cost on both sides."""
    found = account_json(name, chosen, before)
    recent = found["recent_charges"]
    out.print(bold(chosen.name), f"({', '.join(filter(None, (f'account {chosen.account_id}', chosen.plan)))})")
    out.print(f"  stage           {found['stage_before']} → {found['stage_after']}")
    for requiring, stages in found["required_by"].items():
        out.print(
            f"                  {stages['stage_before']} → {stages['stage_after']} of {requiring}, which requires it"
        )
    for required in found["missing_required"]:
        out.print(bold("  not yet        "), f"it is not in the cohort of {required}: add --on --with-required")
    if chosen.balance is not None:
        out.print(f"  balance         {chosen.balance:,} credits; a flip moves no credits")
    if recent["count"]:
        out.print(
            f"  price           its {recent['count']:,} compared charges of the last {queries.RECENT_DAYS} days: "
            f"{recent['control']} credits by the legacy tariff, {recent['candidate']} by the new price"
        )
    elif any(seam.flag in (name, *found["required_by"]) and seam.money for seam in seams):
        out.print("  price           no compared charge yet: nothing is known")


def account_json(name: str, chosen: AccountInfo, before: Snapshot) -> dict[str, Any]:
    """Return one account's stage before and after, its balance, and its newest charges on both sides.

    With the flags that require this one, where the account changed sides on them as well.
    """
    after = load_snapshot()
    moved = moved_along(before=before, after=after, name=name, account_id=chosen.account_id)
    count, control, candidate = queries.recent_charges(chosen.account_id, flags=[name, *moved])
    return {
        "id": chosen.account_id,
        "name": chosen.name,
        "balance": chosen.balance,
        **_stages(name, chosen, before, after),
        "required_by": {each: _stages(each, chosen, before, after) for each in moved},
        "missing_required": after.missing_required(name, chosen.account_id),
        "recent_charges": {"count": count, "control": queries.plain(control), "candidate": queries.plain(candidate)},
    }


def _stages(flag: str, chosen: AccountInfo, before: Snapshot, after: Snapshot) -> dict[str, str]:
    was, now = (snapshot.decide(flag, chosen.account_id).stage.value for snapshot in (before, after))
    return {"stage_before": was, "stage_after": now}


def _names(account_ids: list[str]) -> str:
    known = directory().describe(account_ids[:_NAMED])
    names = ", ".join(known[i].name if i in known else i for i in account_ids[:_NAMED])
    return names + (f" and {len(account_ids) - _NAMED:,} more" if len(account_ids) > _NAMED else "")
