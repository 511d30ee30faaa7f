"""What a change of a flag did, for people and for scripts."""

from dataclasses import asdict
from typing import Any

from rich.console import Console

from migration_harness import queries
from migration_harness.accounts import AccountInfo, directory
from migration_harness.control.consequences import Effect
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.wording import cohort_text, percent

_NAMED = 5
"""Accounts that are named; the rest is counted."""


def print_flag(out: Console, name: str, effect: Effect, *, changed: bool) -> None:
    """Print a flag as it is now, and who is affected."""
    found = queries.flag_status(name)
    out.print(f"[bold]{name}[/] {'changed' if changed else 'is unchanged'} (epoch {found.epoch})")
    out.print(f"  everybody else  {found.baseline}")
    compares = f"compares {percent(found.compared_bps)} of calls"
    out.print(f"  cohort          {found.stage} · {cohort_text(found)} · {compares}")
    out.print(f"  accounts        {effect.on_candidate:,} of {effect.accounts:,} are on the candidate")
    moved = [*effect.joined, *effect.left]
    if moved:
        out.print(f"  affected        {len(effect.joined):,} joined, {len(effect.left):,} left: {_names(moved)}")
    for required in found.requires:
        out.print(f"  requires        {required}: an account must be in its cohort as well")


def flag_json(name: str, effect: Effect, *, changed: bool) -> dict[str, Any]:
    """Return the same for scripts."""
    cohort = {
        "accounts": effect.on_candidate,
        "of": effect.accounts,
        "joined": list(effect.joined),
        "left": list(effect.left),
    }
    return {"flag": asdict(queries.flag_status(name)), "changed": changed, "cohort": cohort}


def print_account(out: Console, name: str, chosen: AccountInfo, before: Snapshot) -> None:
    """Print one account's stage before and after, its balance, and what its charges cost on both sides."""
    found = account_json(name, chosen, before)
    recent = found["recent_charges"]
    out.print(f"[bold]{chosen.name}[/] (account {chosen.account_id}, {chosen.plan})")
    out.print(f"  stage           {found['stage_before']} → {found['stage_after']}")
    for required in found["missing_required"]:
        out.print(f"  [bold]not yet[/]         it is not in the cohort of {required}: add --on --with-required")
    out.print(f"  balance         {chosen.balance:,} credits; a flip moves no credits")
    if recent["count"]:
        out.print(
            f"  price           its {recent['count']:,} compared charges of the last {queries.RECENT_DAYS} days: "
            f"{recent['control']} credits by the legacy tariff, {recent['candidate']} by the new price"
        )
    elif any(seam.flag == name and seam.money for seam in seams):
        out.print("  price           no compared charge yet: nothing is known")


def account_json(name: str, chosen: AccountInfo, before: Snapshot) -> dict[str, Any]:
    """Return one account's stage before and after, its balance, and its newest charges on both sides."""
    after = load_snapshot()
    count, control, candidate = queries.recent_charges(chosen.account_id, flag=name)
    return {
        "id": chosen.account_id,
        "name": chosen.name,
        "balance": chosen.balance,
        "stage_before": before.decide(name, chosen.account_id).stage.value,
        "stage_after": after.decide(name, chosen.account_id).stage.value,
        "missing_required": after.missing_required(name, chosen.account_id),
        "recent_charges": {"count": count, "control": queries.plain(control), "candidate": queries.plain(candidate)},
    }


def _names(account_ids: list[str]) -> str:
    known = directory().describe(account_ids[:_NAMED])
    names = ", ".join(known[i].name if i in known else i for i in account_ids[:_NAMED])
    return names + (f" and {len(account_ids) - _NAMED:,} more" if len(account_ids) > _NAMED else "")
