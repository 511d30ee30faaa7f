"""The stage of then, after a restore: flags go to where the control answers, never forward; the way on is named.

Note [Backward alone]: nobody is in a cohort when this is done, so stage and baseline of then move nobody to a
candidate, and no gate is asked. A flag that was retired since is on the lists again: the code that asks it is about to
come back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from migration_harness.authority.actors import Actor
from migration_harness.backup.parts import Kind
from migration_harness.backup.reading import check, rows_of
from migration_harness.backup.verifying import opened
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.rollback import ProvenFlip, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessError
from migration_harness.models import Flag, PhaseAdvance
from migration_harness.plan import PlannedFlag

_FLAGS: Final = "migration_harness_flag"
_ADVANCES: Final = "migration_harness_phaseadvance"
_EVERYONE: Final = {"t": "yes", "f": "no", None: "unset"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Which side answered whom when the backup was made, and which phases were closed.

    Attributes:
        flags: The rows of the flags, by name.
        closed: The numbers of the phases that were closed.
    """

    flags: Mapping[str, Mapping[str, str | None]]
    closed: frozenset[int]

    @property
    def ways_on(self) -> list[str]:
        """The command for each flag that leads to where it was, once its gates admit that."""
        return [_way_on(name, row) for name, row in sorted(self.flags.items())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What became of the stage.

    Attributes:
        made: Flags that were gone, and are there again, at their baseline.
        unretired: Flags that had been retired since, and are on the lists again.
        staged: Flags that have the stage and the baseline of then again, with nobody in their cohort.
        refused: Why a flag has not.
        flip: The rollback of those whose candidate answered somebody, with its proof; None where there was none.
        to_reopen: Phases that were closed since the backup, the last first.
    """

    made: tuple[str, ...]
    unretired: tuple[str, ...]
    staged: tuple[str, ...]
    refused: Mapping[str, str]
    flip: ProvenFlip | None
    to_reopen: tuple[int, ...]


def stages_of(path: Path) -> Stages:
    """Return what a backup says of the stage. Raises BackupUnreadable."""
    with opened(path) as file:
        checked = check(file, path)
        rows: dict[str, list[dict[str, str | None]]] = {}
        for number, header in enumerate(checked.header.parts):
            if header.part.kind is Kind.STAGE:
                columns = header.part.columns
                found = rows_of(file, path, checked, number, secrets=False)
                rows[header.part.table] = [dict(zip(columns, row, strict=True)) for row in found]
    return Stages(
        flags={str(row["name"]): row for row in rows.get(_FLAGS, [])},
        closed=frozenset(int(str(row["phase"])) for row in rows.get(_ADVANCES, []) if row["undone_at"] is None),
    )


def to_baseline(*, stages: Stages, actor: Actor, reason: str) -> Returned:
    """Give everyone the baseline of every flag of the backup, and each flag its stage and baseline of then.

    A flag that is gone is made again with its baseline of then and nobody in its cohort, one that was retired since is
    on the lists again. Safe to repeat. See Note [Backward alone].
    """
    why = reason or "restored from backup"
    there = {flag.name: flag for flag in Flag.objects.filter(name__in=stages.flags)}
    made = tuple(_made(stages, name, actor) for name in sorted(stages.flags.keys() - there.keys()))
    names = [name for name, flag in sorted(there.items()) if flag.everyone is not False and _answers_somebody(flag)]
    flip = roll_back(names=names, actor=actor, reason=why) if names else None
    unretired, staged, refused = _as_then(stages, there, actor=actor, reason=why)
    return Returned(
        made=made,
        unretired=unretired,
        staged=staged,
        refused=refused,
        flip=flip,
        to_reopen=tuple(_closed_since(stages)),
    )


def _as_then(
    stages: Stages, there: Mapping[str, Flag], *, actor: Actor, reason: str
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """Bring flags back to the lists, and to their stage; what is refused stays as it is, and is told."""
    unretired, staged, refused = [], [], {}
    for name, flag in sorted(there.items()):
        row = stages.flags[name]
        try:
            if flag.retired and row.get("retired") != "t":
                change_flag(name=name, change=FlagChange(retired=False), actor=actor, reason=reason)
                unretired.append(name)
            if (flag.stage, flag.baseline) != (row["stage"], row["baseline"]) and not _is_obeyed(name):
                change = FlagChange(stage=Stage(str(row["stage"])), baseline=Stage(str(row["baseline"])))
                change_flag(name=name, change=change, actor=actor, reason=reason)
                staged.append(name)
        except HarnessError as error:
            refused[name] = str(error)
    return tuple(unretired), tuple(staged), refused


def _is_obeyed(name: str) -> bool:
    """Tell whether the candidate may still answer somebody: its rollback was refused, so its stage stays."""
    flag = Flag.objects.get(name=name)
    return flag.everyone is not False and _answers_somebody(flag)


def would_return(stages: Stages) -> list[str]:
    """Return the flags that :func:`to_baseline` would make, bring back to the lists, or roll back."""
    there = {flag.name: flag for flag in Flag.objects.filter(name__in=stages.flags)}
    back = [name for name, flag in there.items() if _would_go(flag, stages.flags[name])]
    return sorted([*back, *(stages.flags.keys() - there.keys())])


def _would_go(flag: Flag, row: Mapping[str, str | None]) -> bool:
    is_retired_since = flag.retired and row.get("retired") != "t"
    return is_retired_since or (flag.everyone is not False and _answers_somebody(flag))


def _answers_somebody(flag: Flag) -> bool:
    """Tell whether a flag's candidate may answer anybody."""
    return bool(flag.everyone or flag.share_bps or flag.members.filter(included=True).exists())


def _made(stages: Stages, name: str, actor: Actor) -> str:
    row: Mapping[str, Any] = stages.flags[name]
    planned = PlannedFlag(
        name=name, owner=row["owner"] or "", note=row["note"] or "", requires=_listed(row["requires"]),
        has_store=row["has_store"] == "t",
    )  # fmt: skip
    create_flag(planned=planned, baseline=Stage(row["baseline"]), actor=actor.name)
    return name


def _listed(array: str | None) -> tuple[str, ...]:
    """Return the names in an array of PostgreSQL; a flag's name has no character that would be quoted."""
    return tuple(each.strip('"') for each in (array or "{}").strip("{}").split(",") if each)


def _closed_since(stages: Stages) -> Iterator[int]:
    closed = PhaseAdvance.objects.filter(undone_at__isnull=True).order_by("-phase").values_list("phase", flat=True)
    yield from (number for number in closed if number not in stages.closed)


def _way_on(name: str, row: Mapping[str, str | None]) -> str:
    share = f" --share {int(row['share_bps'] or 0) / 100:g}" if int(row["share_bps"] or 0) else ""
    everyone = _EVERYONE[row["everyone"]]
    return f"python manage.py harness flag {name} --stage {row['stage']}{share} --everyone {everyone}"
