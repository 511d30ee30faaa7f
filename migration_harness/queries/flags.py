"""Flags as they are, and who is on the candidate."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from django.db.models import Count

from migration_harness.control.consequences import cohort_of
from migration_harness.control.retiring import DRILL_FLAG, on_lists
from migration_harness.control.unknown import no_such_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag, FlagMember


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagStatus:
    """A flag as an operator sees it. ``share_bps`` and ``compared_bps`` are basis points."""

    name: str
    owner: str
    note: str
    stage: str
    baseline: str
    everyone: bool | None
    share_bps: int
    compared_bps: int
    included: int
    excluded: int
    epoch: int
    requires: tuple[str, ...]
    has_store: bool
    retired: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the candidate alone answers everyone."""
        return self.everyone is True and self.stage == Stage.COMPLETE and not self.excluded


def flag_statuses(*, retired: bool = False) -> list[FlagStatus]:
    """Return all flags, by name; those that are ``retired`` only where they are asked for."""
    members = FlagMember.objects.values_list("flag_id", "included").annotate(count=Count("id")).order_by()
    included = {flag_id: count for flag_id, is_included, count in members if is_included}
    excluded = {flag_id: count for flag_id, is_included, count in members if not is_included}
    return [
        FlagStatus(
            name=flag.name,
            owner=flag.owner,
            note=flag.note,
            stage=flag.stage,
            baseline=flag.baseline,
            everyone=flag.everyone,
            share_bps=flag.share_bps,
            compared_bps=flag.compared_bps,
            included=included.get(flag.pk, 0),
            excluded=excluded.get(flag.pk, 0),
            epoch=flag.epoch,
            requires=tuple(flag.requires),
            has_store=flag.has_store,
            retired=flag.retired,
        )
        for flag in Flag.objects.exclude(name=DRILL_FLAG).order_by("name")
        if retired or not flag.retired
    ]


def flag_status(name: str) -> FlagStatus:
    """Return one flag, a retired one as well; raises UnknownFlag."""
    for status in flag_statuses(retired=True):
        if status.name == name:
            return status
    raise no_such_flag(name, (status.name for status in flag_statuses()))


def snapshot() -> Snapshot:
    """Return all flags as they are in the database now."""
    return load_snapshot()


def cohorts(account_ids: Iterable[str], *, of: Container[str] | None = None) -> dict[str, list[str]]:
    """Return those accounts for which the candidate is authoritative now, in the given order, by flag.

    ``of``: the flags that are asked for; None: all that are on the lists.
    """
    snapshot = load_snapshot()
    ids = list(account_ids)
    return {name: cohort_of(snapshot, name, ids) for name in on_lists(snapshot) if of is None or name in of}
