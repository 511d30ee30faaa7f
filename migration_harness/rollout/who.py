"""Who is in each step of a rollout that was started, as the flag and its accounts are now."""

from migration_harness.deciding.flags import load_snapshot
from migration_harness.rollout.preview import Preview, preview
from migration_harness.rollout.status import RolloutStatus


def who_is_in(found: RolloutStatus) -> Preview | None:
    """Return who is in each step, by the share that it was taken with; None where the flag is gone."""
    snapshot = load_snapshot()
    if found.flag not in snapshot.flags:
        return None
    return preview(snapshot, found.flag, [step.taken_bps or step.share_bps for step in found.steps])
