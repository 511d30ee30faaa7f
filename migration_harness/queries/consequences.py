"""What the change of a flag does to accounts and to money: of this flag, and of those that require it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migration_harness.control.consequences import Effect, effects_of
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.queries.charges import CostOfReturn, cost_of_return


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What the change of a flag did.

    Attributes:
        own: To the cohort of the flag itself.
        requiring: To the cohorts of flags that require it, where accounts joined or left them.
        cost: What it costs all those that left one of these cohorts.
    """

    own: Effect
    requiring: Mapping[str, Effect]
    cost: CostOfReturn


def consequences(*, before: Snapshot, after: Snapshot, name: str, account_ids: Iterable[str]) -> Consequences:
    """Compare all that a change of the flag ``name`` reaches in two snapshots, over these accounts."""
    effects = effects_of(before=before, after=after, name=name, account_ids=account_ids)
    requiring = {each: effect for each, effect in effects.items() if each != name}
    return Consequences(own=effects[name], requiring=requiring, cost=cost_of_return(effects))
