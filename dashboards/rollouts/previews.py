"""What an action on a rollout would do, on the page where it is confirmed."""

from collections.abc import Iterable

from dashboards import previews
from dashboards.numbers import number
from dashboards.previews import Fact, Preview
from dashboards.rollouts.rows import who_text
from migration_harness.control.flips import FlagChange
from migration_harness.queries import FlagStatus
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.starting import Prepared, Wish
from migration_harness.rollout.status import RolloutStatus
from migration_harness.wording import percent


def of_start(prepared: Prepared) -> Preview:
    """Tell who would be in each step, before it starts."""
    return Preview(
        question=f"Roll {prepared.flag} out?",
        facts=[
            Fact(term="It does", text=prepared.sentence),
            *_steps(prepared),
            *(Fact(term="To know", text=sentence) for sentence in prepared.who.sentences),
            *_guards(prepared.flag, prepared.wish),
            Fact(term="Loss budget", text=_budget(prepared.wish)),
            Fact(
                term="Then",
                text="it looks at once, and takes the first step if guards, gates and whoever is asked allow it; "
                "a broken guard rolls back by itself",
            ),
        ],
        button="Start it",
    )


def of_pause(found: RolloutStatus) -> Preview:
    """Tell what a pause does."""
    return Preview(
        question=f"Pause the rollout of {found.flag}?",
        facts=[
            *_now(found),
            Fact(
                term="Then",
                text=f"it stays at {percent(found.share_bps)} until somebody resumes it; its guards go on watching, "
                "and roll back; what was soaked so far counts, the pause does not",
            ),
        ],
        button="Pause it",
    )


def of_resume(found: RolloutStatus) -> Preview:
    """Tell what comes after a pause."""
    return Preview(
        question=f"Let the rollout of {found.flag} go on?",
        facts=[*_now(found), Fact(term="Next", text=found.coming)],
        button="Let it go on",
    )


def of_abort(found: RolloutStatus, flag: FlagStatus) -> Preview:
    """Tell what the end of a rollout does: it is a rollback."""
    rollback = previews.of_rollback(flag, to_off=False)
    return Preview(
        question=f"Abort the rollout of {found.flag}: everyone on the control, at once?",
        facts=[*_now(found), *rollback.facts, Fact(term="The rollout", text="ends; another one begins with step 1")],
        button="Abort and roll back now",
        grave=True,
    )


def of_return(found: RolloutStatus, flag: FlagStatus, share_bps: int) -> Preview:
    """Tell what a return to a step that was proven does."""
    moved = previews.of_share(flag, FlagChange(share_bps=share_bps))
    return Preview(
        question=f"{found.flag}: return to {percent(share_bps)} of the accounts?",
        facts=[
            *_now(found),
            *moved.facts,
            Fact(
                term="Then",
                text="at once, without a soak, if this rollout has proven that step; it stays there, paused",
            ),
        ],
        button=f"Return to {percent(share_bps)}",
    )


def _now(found: RolloutStatus) -> Iterable[Fact]:
    yield Fact(term="Now", text=f"{found.state}, at {percent(found.share_bps)} of the accounts. {found.sentence}")


def _steps(prepared: Prepared) -> Iterable[Fact]:
    for number_, (planned, step) in enumerate(zip(prepared.steps, prepared.who.steps, strict=True), start=1):
        two = "; another person approves first" if planned.by_two else ""
        text = who_text(step, of=prepared.who.all_accounts) + two
        yield Fact(term=f"Step {number_}: {percent(step.share_bps)}", text=text)


def _guards(flag: str, wish: Wish) -> Iterable[Fact]:
    dry = {*wish.dry, *chosen.dry_for(flag)}
    names = [guard.name for guard in chosen.guards_for(flag)]
    yield Fact(term="Guards", text=", ".join(name for name in names if name not in dry))
    if dry:
        yield Fact(term="Only measured", text=", ".join(sorted(dry)))


def _budget(wish: Wish) -> str:
    amounts = ((wish.loss_credits, "credits"), (wish.loss_usd, "USD"))
    told = [f"{number(amount)} {unit}" for amount, unit in amounts if amount is not None]
    return " and ".join(told) or "none: no step is made smaller by what a fault may cost"
