"""What the table shows: each budget beside the figures of the peers that answer the same question."""

from dataclasses import dataclass

_WAFFLE = ("waffle.flag_is_active, memory cache", "waffle.flag_is_active, Redis cache")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``ours`` and ``peers`` are names of figures; ``budget`` is in ours' unit."""

    what: str
    ours: str
    budget: float | None = None
    peers: tuple[str, ...] = ()


ROWS = (
    Row(
        what="seam over a direct call, off",
        ours="seam, off",
        budget=1.0,
        peers=("LaunchDarkly migrator, off", "laboratory, disabled", *_WAFFLE),
    ),
    Row(
        what="seam over a direct call, complete",
        ours="seam, complete",
        budget=1.0,
        peers=("LaunchDarkly migrator, complete", *_WAFFLE),
    ),
    Row(what="tombstone over a direct call", ours="tombstone", budget=0.5),
    Row(
        what="seam over a direct call, off, its control with a tombstone",
        ours="seam, off, control with a tombstone",
        budget=1.0,
        peers=("laboratory, disabled",),
    ),
    Row(
        what="seam over a direct call, off for this account while others are in the cohort",
        ours="seam, off, others in the cohort",
        peers=("LaunchDarkly migrator, off", "laboratory, disabled", *_WAFFLE),
    ),
    Row(
        what="seam in shadow, pure sides, buffered recording",
        ours="seam, shadow",
        budget=5.0,
        peers=(
            "laboratory, both sides",
            "LaunchDarkly migrator, shadow, serial",
            "LaunchDarkly migrator, shadow, parallel",
        ),
    ),
    Row(what="… with an argument that can be changed", ours="seam, shadow, an argument that can be changed"),
    Row(what="the same without a pause, by the wall clock", ours="seam, sustained, wall clock"),
    Row(
        what="the same without a pause, processor time of the caller",
        ours="seam, sustained, caller's processor time",
    ),
    Row(what="compared calls made without a pause", ours="comparisons, calls made"),
    Row(what="… of them written", ours="comparisons, written"),
    Row(what="… dropped and counted", ours="comparisons, dropped and counted"),
    Row(what="comparisons one process writes", ours="comparisons written per second, caller idle"),
    Row(
        what="call of a deferred seam, its candidate takes 200 ms",
        ours="seam, deferred, candidate of 200 ms",
        budget=1.0,
        peers=("LaunchDarkly migrator, candidate of 200 ms",),
    ),
    Row(
        what="… with an argument that can be changed",
        ours="seam, deferred, an argument that can be changed",
        budget=1.0,
    ),
    Row(what="charges on one account, shadow", ours="charge, shadow", peers=("plain ORM transaction",)),
    Row(what="… times the plain ORM transaction", ours="charge over plain ORM", budget=3.0),
    Row(
        what="… processor time of client and server",
        ours="charge, shadow, processor time",
        peers=("plain ORM transaction, processor time",),
    ),
    Row(
        what="charges spread over 8 connections, shadow",
        ours="charge, shadow, 8 connections",
        peers=("plain ORM transaction, 8 connections",),
    ),
    Row(what="… times the plain ORM transaction", ours="charge over plain ORM, 8 connections", budget=3.0),
    Row(
        what="rollback over HTTP beside 200 slow connections, from sending to acknowledged",
        ours="rollback over HTTP",
        budget=1.0,
        peers=("rollback over HTTP, Gunicorn's threads",),
    ),
    Row(what="rollback from the prompt, from Enter to its proof", ours="rollback from the prompt", budget=0.8),
    Row(
        what="unexplained mismatch of a money seam, from the call to the acknowledged rollback",
        ours="mismatch to rollback",
        budget=2.0,
    ),
    Row(what="… the longest", ours="mismatch to rollback, longest", budget=2.0),
    Row(what="… where the process that charged is gone", ours="mismatch to rollback, by another", budget=2.0),
    Row(what="… the longest", ours="mismatch to rollback, by another, longest", budget=2.0),
    Row(what="recording an operation, over one that nobody records", ours="operation, recorded"),
    Row(what="shadows of an operation beside live charges", ours="shadows"),
    Row(what="… compared: no charge waited for them, and their time was enough", ours="shadows, compared"),
    Row(what="… for how long each held its rows", ours="shadow, held"),
    Row(what="… p99", ours="shadow, held, p99"),
    Row(what="live charge beside shadows on its account, p99", ours="charge beside shadows, p99"),
    Row(what="… without shadows", ours="charge, p99"),
    Row(what="flip beside shadows, p99", ours="flip beside shadows, p99"),
    Row(what="… without shadows", ours="flip, p99"),
    Row(what="status at a thousand comparisons", ours="status at 1 thousand"),
    Row(what="… at 10 million", ours="status at 10 million", budget=100.0),
    Row(what="overview page at a thousand comparisons", ours="overview page at 1 thousand", budget=100.0),
    Row(what="… at 10 million, 10,000 accounts, 1,000 discrepancies", ours="overview page at 10 million", budget=100.0),
    Row(what="… its live part, where something has happened", ours="overview live part at 10 million", budget=100.0),
    Row(what="… the question whether anything has", ours="pulse at 10 million"),
    Row(what="… its phases, every gate asked", ours="overview phases at 10 million"),
    Row(what="page of a discrepancy at a thousand comparisons", ours="discrepancy page at 1 thousand", budget=100.0),
    Row(what="… at 10 million", ours="discrepancy page at 10 million", budget=100.0),
    Row(what="pages of the console at 10 million, 10,000 accounts, 1,000 discrepancies", ours="console pages"),
    Row(what="… of them within 100 ms of processors", ours="console pages within the budget"),
    Row(what="… the dearest", ours="dearest console page", budget=100.0),
    Row(what="comparisons folded into the rollups", ours="fold"),
    Row(what="forecast of a usage log of so many rows", ours="forecast, rows"),
    Row(what="… with so many accounts", ours="forecast, accounts"),
    Row(what="… in seconds", ours="forecast, seconds", budget=60.0),
    Row(what="… most memory of the process", ours="forecast, memory", budget=300.0),
    Row(what="trial balance of a ledger of so many charges", ours="trial balance, rows"),
    Row(what="… a tick without news, which looks again at ten thousand old rows", ours="trial balance, tick"),
    Row(what="… a tick after 100 new charges", ours="trial balance, tick after charges"),
    Row(what="… a changed old row named", ours="trial balance, changed row named", budget=60.0),
    Row(what="… every row looked at", ours="trial balance, whole check"),
)

RATES = ("/s", "×")
"""Units of which more is better."""
