"""What a forecast says of each account's calls of each kind: kept with it, and read by the guard of a rollout.

Note [Constant memory]: groups come one by one out of a read-only transaction on the connection that would write them.
So they wait in a file, however many there are, and are copied into the table together with the forecast.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

from django.db.models import Exists, OuterRef

from migration_harness.database import connection
from migration_harness.isolation import read_committed
from migration_harness.models import ForecastFigure, ForecastSignOff, KeptForecast
from migration_harness.money.forecast.source import PricedCalls

Kind: TypeAlias = tuple[str, str]
"""Operation and model, on which a call runs after."""

KEPT_DAYS: Final = 30
"""For so long the figures of a forecast are kept that nobody signs and that is not the newest."""
_LINES: Final = 5_000

_COPY: Final = (
    "COPY migration_harness_forecastfigure "
    "(forecast_id, account_id, operation, model, calls, credits_before, credits_after, dearest_after) FROM STDIN"
)
_ESCAPED: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

_BY_ACCOUNT: Final = """
SELECT account_id, sum(calls)::bigint, sum(credits_after)::bigint, max(dearest_after)
FROM migration_harness_forecastfigure
WHERE forecast_id = %(forecast)s AND account_id = ANY(%(accounts)s)
  AND (operation, model) IN (SELECT * FROM unnest(%(operations)s::text[], %(models)s::text[]))
GROUP BY 1
"""
_BY_KIND: Final = """
SELECT account_id, operation, model, sum(calls)::bigint, sum(credits_after)::bigint, max(dearest_after)
FROM migration_harness_forecastfigure
WHERE forecast_id = %(forecast)s AND account_id = ANY(%(accounts)s)
GROUP BY 1, 2, 3
"""
_CHANGES: Final = """
SELECT account_id, sum(credits_before)::bigint, sum(credits_after)::bigint
FROM migration_harness_forecastfigure
WHERE forecast_id = %(forecast)s AND (%(all)s OR account_id = ANY(%(accounts)s))
GROUP BY 1
"""
_REMOVE: Final = "DELETE FROM migration_harness_forecastfigure WHERE forecast_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """So many calls come to so many credits after, and the dearest of them to ``dearest``."""

    calls: int
    credits: int
    dearest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an account pays by a forecast, in credits: by the legacy prices and by the new ones."""

    before: int
    after: int

    @property
    def difference(self) -> int:
        """How much more it pays after: below 0 it gains, above 0 it loses."""
        return self.after - self.before


class Figures:
    """The figures of a forecast that is being made: Note [Constant memory]."""

    def __init__(self) -> None:
        self._file = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115  Closed on leaving.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def note(self, group: PricedCalls) -> None:
        """Note one group of calls."""
        after = group.after.credits
        dearest = after if group.dearest_after is None else group.dearest_after
        names = (text.translate(_ESCAPED) for text in (group.account_id, group.operation, group.model_after))
        numbers = (group.calls, group.before.credits, after, dearest)
        self._file.write("\t".join((*names, *map(str, numbers))) + "\n")

    def keep(self, kept: KeptForecast) -> None:
        """Write all that was noted, as part of the transaction that keeps the forecast."""
        self._file.seek(0)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            while lines := list(islice(self._file, _LINES)):
                copy.write("".join(f"{kept.pk}\t{line}" for line in lines))


def are_kept(kept: KeptForecast) -> bool:
    """Tell whether a forecast has figures: those from before they were kept, and old ones, have none."""
    return bool(ForecastFigure.objects.filter(forecast=kept).exists())


def figures_by_account(
    kept: KeptForecast, *, account_ids: Collection[str], kinds: Collection[Kind]
) -> Mapping[str, Figure]:
    """Return what a forecast says of accounts, of all their calls of these kinds; those without such are left out."""
    operations, models = [kind[0] for kind in kinds], [kind[1] for kind in kinds]
    rows = _rows(_BY_ACCOUNT, forecast=kept.pk, accounts=list(account_ids), operations=operations, models=models)
    return {account: Figure(calls=calls, credits=all_, dearest=most) for account, calls, all_, most in rows}


def figures_by_kind(kept: KeptForecast, *, account_ids: Collection[str]) -> Mapping[tuple[str, Kind], Figure]:
    """Return what a forecast says of accounts' calls of each kind."""
    rows = _rows(_BY_KIND, forecast=kept.pk, accounts=list(account_ids))
    return {
        (account, (operation, model)): Figure(calls=calls, credits=all_, dearest=most)
        for account, operation, model, calls, all_, most in rows
    }


def changes_by_account(kept: KeptForecast, *, account_ids: Collection[str] | None = None) -> Mapping[str, Change]:
    """Return what a forecast says of all calls of accounts, before and after; of all accounts where none are named."""
    named = [] if account_ids is None else list(account_ids)
    rows = _rows(_CHANGES, forecast=kept.pk, accounts=named, all=account_ids is None)
    return {account: Change(before=before, after=after) for account, before, after in rows}


def remove_old_figures(*, now: datetime) -> int:
    """Remove the figures of forecasts that are old, nobody has signed and are not the newest; safe to run twice."""
    return sum(_removed(number) for number in _old(now))


def _old(now: datetime) -> Iterator[int]:
    newest = KeptForecast.objects.order_by("-pk").values_list("pk", flat=True)[:1]
    signed = ForecastSignOff.objects.filter(forecast=OuterRef("pk"))
    has_some = ForecastFigure.objects.filter(forecast=OuterRef("pk"))
    old = KeptForecast.objects.filter(at__lt=now - timedelta(days=KEPT_DAYS)).exclude(pk__in=list(newest))
    yield from old.filter(~Exists(signed), Exists(has_some)).values_list("pk", flat=True)


def _removed(forecast_id: int) -> int:
    """Remove all or none: whoever signs the forecast waits for its row, and finds it without figures."""
    with read_committed(), connection.cursor() as cursor:
        KeptForecast.objects.select_for_update().get(pk=forecast_id)
        if ForecastSignOff.objects.filter(forecast=forecast_id).exists():
            return 0
        cursor.execute(_REMOVE, [forecast_id])
        return int(cursor.rowcount)


def _rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
