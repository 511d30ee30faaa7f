"""Who a rollout acts as: whoever started it, by the rollout."""

from migration_harness.authority.actors import Actor, Origin, of_machine
from migration_harness.models import Rollout


def actor_of(rollout: Rollout) -> Actor:
    """Return who the trail names, ``ada@rollout-3``: the person who started it, who so cannot approve its steps."""
    person = rollout.started_by.partition("@")[0] or rollout.started_by
    return Actor(
        name=f"{person}@rollout-{rollout.pk}",
        origin=Origin.SERVICE,
        granted=of_machine().granted,
        user_id=rollout.started_user,
    )
