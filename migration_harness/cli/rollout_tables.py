"""Rollouts as people read them: where one is, what one would be, and all of them."""

from collections.abc import Sequence

from migration_harness.cli.output import table
from migration_harness.cli.screen import Screen, bold, good, warning
from migration_harness.models import Rollout
from migration_harness.rollout.budget import BudgetStatus
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.starting import Prepared
from migration_harness.rollout.status import RolloutStatus, StepStatus
from migration_harness.wording import age, percent

_State = Rollout.State
_BAD = (_State.STOPPED, _State.ROLLED_BACK)


def print_rollouts(out: Screen, found: Sequence[RolloutStatus]) -> None:
    """Print every rollout in a line."""
    if not found:
        out.print("No rollout was ever started: python manage.py harness rollout NAME start")
        return
    rows = table("Number", "Flag", "State", "Share", "Now", numbers=("Number", "Share"))
    for each in found:
        rows.add_row(str(each.number), each.flag, each.state, percent(each.share_bps), each.sentence)
    out.print(rows)


def print_status(out: Screen, found: RolloutStatus, budget: BudgetStatus | None = None) -> None:
    """Print where a rollout is: its steps, what its guards said, why it holds, what comes next and may cost."""
    state = (warning if found.state in _BAD else bold)(f"{found.state.replace('_', ' ')}:")
    # On one line: a command in it is to be copied.
    out.print(bold(found.flag), "rollout", str(found.number), "is", state, found.sentence, soft_wrap=True)
    why = f": {found.reason}" if found.reason else ""
    out.print(f"Started by {found.started_by} at {found.started_at:%Y-%m-%d %H:%M} UTC{why}")
    numbers = ("Step", "Share", "Taken", "Soaked", "Compared")
    rows = table(*numbers, "Since (UTC)", "", numbers=numbers)
    for step in found.steps:
        rows.add_row(*_cells(step))
    out.print(rows)
    if found.guards:
        _print_guards(out, found)
    if budget is not None:
        _print_budget(out, budget)
    if found.coming:
        out.print("Next:", found.coming)


def print_prepared(out: Screen, prepared: Prepared) -> None:
    """Print who would be in each step, before anybody starts it."""
    out.print(prepared.sentence)
    rows = table("Share", "Accounts", "Joining", "The first of them", numbers=("Share", "Accounts", "Joining"))
    for planned, step in zip(prepared.steps, prepared.who.steps, strict=True):
        more = ", …" if step.joining > len(step.named) else ""
        two = " · another person approves first" if planned.by_two else ""
        named = ", ".join(account.name for account in step.named)
        rows.add_row(percent(step.share_bps), f"{step.accounts:,}", f"{step.joining:,}", f"{named}{more}{two}")
    out.print(rows)
    for sentence in prepared.who.sentences:
        out.print(sentence)


def _cells(step: StepStatus) -> tuple[str, ...]:
    taken = "–" if step.taken_bps is None else percent(step.taken_bps)
    soaked = f"{age(step.soaked_seconds)} of {age(step.soak_seconds)}"
    compared = f"– of {step.sample:,}" if step.compared is None else f"{step.compared:,} of {step.sample:,}"
    since = "–" if step.since is None else f"{step.since:%Y-%m-%d %H:%M:%S}"
    words = ["now"] if step.is_now else []
    words += ["proven"] if step.is_proven else []
    words += ["approved by another person first"] if step.by_two else []
    return str(step.number), percent(step.share_bps), taken, soaked, compared, since, ", ".join(words)


def _print_budget(out: Screen, found: BudgetStatus) -> None:
    known = found.budget is not None and found.spent is not None
    told = f"{found.budget:,f} credits, {found.spent:,f} of it spent." if known else "not known."
    out.print("Loss budget:", told, found.sentence, soft_wrap=True)


def _print_guards(out: Screen, found: RolloutStatus) -> None:
    rows = table("Guard", "Says", "Sentence")
    for each in found.guards:
        said = each.reading.replace("_", " ")
        shown = {Reading.HOLDS: good, Reading.BROKEN: warning}.get(Reading(each.reading), bold)(said)
        rows.add_row(f"{each.guard} (dry)" if each.is_dry else each.guard, shown, each.sentence)
    out.print(rows)
