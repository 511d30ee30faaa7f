"""What can be done with a rollout as it is now, as commands."""

from shlex import quote

from dashboards.commands import HARNESS, REASON, Command
from migration_harness.rollout.status import RolloutStatus


def rollout_commands(flag: str, found: RolloutStatus | None) -> list[Command]:
    """Return the commands of a flag's rollout; None stands for one that was never started."""
    if found is None or found.ended_at is not None:
        return [_of(flag, "Start one; it says first who is in each step", f"start {REASON}")]
    stays = found.state == "paused"
    return [
        _of(flag, "End it with a rollback: everyone on the control, at once", "abort"),
        _of(flag, "Let it go on" if stays else "Stay at this step", f"{'resume' if stays else 'pause'} {REASON}"),
        *(
            _of(flag, f"Return to step {step.number}, which is proven", f"back-to {taken_percent(step.taken_bps)}")
            for step in found.steps
            if step.is_proven and not step.is_now
        ),
        _of(flag, "Look at it", ""),
    ]


def taken_percent(share_bps: int | None) -> str:
    """Return a share as a command or a form names it: ``5``, ``2.5``."""
    return f"{(share_bps or 0) / 100:g}"


def _of(flag: str, purpose: str, arguments: str) -> Command:
    return Command(purpose=purpose, line=f"{HARNESS} rollout {quote(flag)} {arguments}".strip())
