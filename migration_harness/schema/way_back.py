"""The way back of a phase that has put something into the database: what it undoes, and what stands in its way."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from migration_harness.control.phase_schema import missing_of
from migration_harness.database import connection
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessMisconfigured, PhaseInUse
from migration_harness.models import Flag, FlagMember, PhaseAdvance
from migration_harness.plan import Phase, plan
from migration_harness.retire.drops import Drop, DroppedTable
from migration_harness.schema.kinds import Taken
from migration_harness.schema.planning import Loss, rows_of

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """What the way back of a phase would undo now.

    Attributes:
        phase: The phase.
        along: Later phases whose schema stands on this one's, and goes with it, the last first.
        undone: The schema migrations that are undone, in this order; none where it was done already.
        targets: The last migration of each app that stays; None where none does.
        drops: The tables and columns that are emptied or go.
        losses: The same, with how many rows have something there.
    """

    phase: Phase
    along: tuple[Phase, ...]
    undone: tuple[Key, ...]
    targets: tuple[tuple[str, str | None], ...]
    drops: tuple[Drop, ...]
    losses: tuple[Loss, ...]

    @property
    def rows(self) -> int:
        """How many rows have something that is lost; a row of two columns counts twice."""
        return sum(loss.rows or 0 for loss in self.losses)


def way_back_of(number: int) -> WayBack:
    """Return the way back of a phase. Raises UnknownPhase, HarnessMisconfigured, PhaseInUse for what came after it."""
    phase = plan().phase(number)
    going = [each for each in plan().phases if each.number >= number and each.laid]
    executor = MigrationExecutor(connection)
    _refuse_unknown(going, executor)
    targets = tuple(_targets(going, executor))
    undoing = [migration for migration, _ in executor.migration_plan(list(targets))]
    _refuse_others(phase, going, undoing)
    along = tuple(each for each in reversed(going) if each is not phase and _is_there(each))
    drops = tuple(dict.fromkeys(drop for each in (phase, *along) if each.schema for drop in each.schema.holds))
    return WayBack(
        phase=phase,
        along=along,
        undone=tuple((each.app_label, each.name) for each in undoing),
        targets=targets if undoing else (),
        drops=drops if undoing else (),
        losses=tuple(_losses(drops)) if undoing else (),
    )


def refuse_in_use(way: WayBack) -> None:
    """Raise PhaseInUse where a candidate runs anywhere, or a phase is closed that stands on this one."""
    number = way.phase.number
    reasons = [*_closed(number), *_candidates()]
    if reasons:
        raise PhaseInUse(f"Phase {number} ({way.phase.name}) is in use, and nothing was undone.", reasons=reasons)


def _is_there(phase: Phase) -> bool:
    return len(missing_of(phase)) < len(phase.laid)


def _refuse_unknown(going: list[Phase], executor: MigrationExecutor) -> None:
    for phase in going:
        for key in sorted(phase.laid - executor.loader.graph.nodes.keys()):
            raise HarnessMisconfigured(
                f"The plan names {'.'.join(key)} as schema of phase {phase.number}, and there is no such migration. "
                "Correct its PhaseSchema."
            )
        for key in sorted(phase.laid):
            if not executor.loader.graph.nodes[key].atomic:
                raise HarnessMisconfigured(f"{'.'.join(key)} is not atomic: a phase's way back is whole or not at all.")


def _targets(going: list[Phase], executor: MigrationExecutor) -> Iterator[tuple[str, str | None]]:
    """Yield for each app of the phases the migration before the first that is to go."""
    graph = executor.loader.graph
    keys = {key for phase in going for key in phase.laid}
    for app in sorted({app for app, _ in keys}):
        own = [key for key in graph.forwards_plan(graph.leaf_nodes(app)[0]) if key[0] == app]
        first = next(place for place, key in enumerate(own) if key in keys)
        yield app, own[first - 1][1] if first else None


def _refuse_others(phase: Phase, going: list[Phase], undoing: list[Migration]) -> None:
    ours = {key for each in going for key in each.laid}
    others = [each for each in undoing if (each.app_label, each.name) not in ours]
    if not others:
        return
    named = ", ".join(f"{each.app_label}.{each.name}" for each in others)
    why = (
        f"{named} came after it and belongs to no phase. If it may go, undo it first: "
        f"python manage.py migrate {others[-1].app_label} NAME, where NAME is the one before."
    )
    raise PhaseInUse(
        f"Phase {phase.number} ({phase.name}) cannot be undone alone, and nothing was undone.", reasons=[why]
    )


def _losses(drops: tuple[Drop, ...]) -> Iterator[Loss]:
    for drop in drops:
        options = apps.get_model(drop.model)._meta  # noqa: SLF001  Django's documented name.
        columns = [""] if isinstance(drop, DroppedTable) else [options.get_field(each).column for each in drop.fields]
        for column in columns:
            taken = Taken(table=options.db_table, column=column or "")
            yield Loss(taken=taken, rows=rows_of(connection, taken))


def _closed(number: int) -> Iterator[str]:
    closed = PhaseAdvance.objects.filter(undone_at__isnull=True, phase__gte=number).order_by("-phase")
    for row in closed:
        yield f"Phase {row.phase} is closed. Open it again: python manage.py harness advance {row.phase} --undo"


def _candidates() -> Iterator[str]:
    """Yield a sentence for the flags whose candidate answers, is compared, or is written to, for anybody."""
    included = set(FlagMember.objects.filter(included=True).values_list("flag__name", flat=True))
    live = [flag.name for flag in Flag.objects.filter(retired=False).order_by("name") if _runs(flag, included)]
    if live:
        yield (
            f"The candidates of {', '.join(live)} run: they answer somebody, or are compared. Take them away from "
            "everyone: python manage.py harness rollback --all --to off"
        )


def _runs(flag: Flag, included: set[str]) -> bool:
    if flag.baseline != Stage.OFF.value:
        return True
    return flag.everyone is not False and (bool(flag.everyone) or flag.share_bps > 0 or flag.name in included)
