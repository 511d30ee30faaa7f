"""The processes that decide, and by which epoch."""

from dataclasses import dataclass

from migration_harness.database import connection
from migration_harness.deciding.processes import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetMember:
    """A process with a lease.

    ``behind``: epochs that it has not acknowledged yet; ``open_breakers``: seams that it does not compare for now.
    ``age_seconds`` and ``is_live`` are by the database's clock: one look cannot tell more, and a step of that clock
    misleads it. The proof of a rollback watches each lease instead, and does not ask that clock.
    """

    process: Process
    epoch: int
    behind: int
    age_seconds: float
    open_units: int
    open_breakers: tuple[str, ...]
    is_live: bool


def fleet() -> list[FleetMember]:
    """Return the processes whose lease is live or ran out within the last minute, the stalest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT host, pid, role, l.epoch, (SELECT coalesce(max(value), 0) FROM migration_harness_epoch) - l.epoch, "
            "extract(epoch FROM clock_timestamp() - renewed_at), open_units, open_breakers, "
            "expires_at > clock_timestamp() "
            "FROM migration_harness_lease l WHERE expires_at > clock_timestamp() - interval '1 minute' "
            "ORDER BY renewed_at"
        )
        rows = cursor.fetchall()
    return [
        FleetMember(
            process=Process(host=host, pid=pid, role=role),
            epoch=epoch,
            behind=max(0, behind),
            age_seconds=float(age),
            open_units=open_units,
            open_breakers=tuple(open_breakers),
            is_live=is_live,
        )
        for host, pid, role, epoch, behind, age, open_units, open_breakers, is_live in rows
    ]


def open_breakers() -> dict[str, int]:
    """Return the seams that live processes do not compare for now, and how many processes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, count(*) FROM migration_harness_lease, unnest(open_breakers) seam "
            "WHERE expires_at > clock_timestamp() GROUP BY seam ORDER BY seam"
        )
        return dict(cursor.fetchall())
