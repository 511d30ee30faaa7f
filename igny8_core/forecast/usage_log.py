"""A forecast of the usage log: distinct calls are priced once, and PostgreSQL adds them up by account.

Note [Two passes]: the first finds the distinct calls (operation, model, tokens), which Python prices by the seams'
sides; the second joins the prices and adds up, so that no row of the log reaches Python. Both see one snapshot.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from igny8_core.forecast.inputs import price_inputs
from igny8_core.forecast.moves import NO_MOVES, DefaultMoves
from igny8_core.forecast.price_table import DistinctCall, PriceTable, Sums, steady_prices
from migration_harness.api import ForecastQuestion, OnProgress, Period, PricedCalls, UnpricedCalls, own_reads

_A_DAY: Final = timedelta(days=1)
_UNBILLED: Final = "It was billed to nobody: the balance did not cover it when the provider had answered."

_DISTINCT = """
SELECT operation_type, model_used, tokens_input::bigint + tokens_output,
       CASE WHEN metadata ? 'unbilled' THEN account_id END, count(*), min(created_at)
FROM billing_creditusagelog WHERE created_at >= %s AND created_at < %s
GROUP BY 1, 2, 3, 4
"""
_SUMS = """
SELECT recorded.account_id::text, price.kind, count(*),
       sum(recorded.tokens_input)::bigint, sum(recorded.tokens_output)::bigint,
       sum(price.before)::bigint, sum(price.kept)::bigint, sum(price.moved)::bigint, max(price.kept), max(price.moved)
FROM billing_creditusagelog recorded
JOIN unnest(%s::text[], %s::text[], %s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[])
     AS price (operation, model, tokens, kind, before, kept, moved)
  ON price.operation = recorded.operation_type AND price.model = recorded.model_used
 AND price.tokens = recorded.tokens_input::bigint + recorded.tokens_output
WHERE recorded.created_at >= %s AND recorded.created_at < %s AND NOT recorded.metadata ? 'unbilled'
GROUP BY recorded.account_id, price.kind
"""
# How many rows an array has is not known to the planner: left alone it sorts the log to merge it with the prices.
_PLANNED = (
    "SET LOCAL enable_mergejoin = off",
    "SET LOCAL enable_sort = off",
    "SET LOCAL jit = off",
    "SET LOCAL work_mem = '64MB'",
)


class UsageForecast:
    """The usage log from ``since`` to ``until``."""

    def __init__(self, question: ForecastQuestion) -> None:
        assert question.since is not None  # noqa: S101  For the type checker: without a trace there is one.
        self._question = question
        self._window: tuple[datetime, datetime] = (question.since, question.until)
        self._first_at: datetime | None = None

    def groups(self, *, on_progress: OnProgress) -> Iterator[PricedCalls | UnpricedCalls]:
        """Return every logged call in some group, each once."""
        with _one_snapshot():
            moves = DefaultMoves(self._question.flags) if self._question.moves_defaults else NO_MOVES
            table = PriceTable(flags=self._question.flags, targets=moves.targets)
            on_progress("Looking for distinct calls", 0, None)
            with steady_prices():
                calls, unbilled = self._price_distinct(table)
            yield from unbilled
            done = 0
            on_progress("Adding up by account", done, calls)
            for row in self._sums(table):
                sums = Sums(*row)
                done += sums.calls
                on_progress("Adding up by account", done, calls)
                yield table.group(sums, moves.of(sums.account_id))

    def period(self) -> Period | None:
        """Return the time from the first logged call on: a rate is taken over a day at least."""
        if self._first_at is None:
            return None
        end = self._question.until
        return Period(start=min(self._first_at, end - _A_DAY), end=end)

    def inputs(self) -> Mapping[str, str]:
        """Return what the prices rest on."""
        return price_inputs()

    def digest(self) -> str:
        """Return the period that was asked for."""
        since, until = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for at in self._window)
        return f"usage log {since} to {until} UTC"

    def _price_distinct(self, table: PriceTable) -> tuple[int, list[UnpricedCalls]]:
        """Price every distinct call; returns how many calls there are, and those that nobody paid for."""
        with connection.cursor() as cursor:
            cursor.execute(_DISTINCT, self._window)
            rows = cursor.fetchall()
        self._first_at = min((row[-1] for row in rows), default=None)
        billed, unbilled = 0, []
        for operation, model, tokens, unbilled_account, calls, _ in rows:
            if unbilled_account is None:
                billed += calls
                table.price(DistinctCall(operation, model, tokens))
            else:
                unbilled.append(
                    UnpricedCalls(
                        account_id=str(unbilled_account),
                        operation=operation,
                        model=model,
                        reason=_UNBILLED,
                        calls=calls,
                        credits_before=0,
                    )
                )
        return billed, unbilled

    def _sums(self, table: PriceTable) -> Iterator[tuple[Any, ...]]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(_SUMS, [*table.columns, *self._window])
            yield from cursor


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Let all that is read be of one moment; inside a transaction of the caller's it is of that."""
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for setting in _PLANNED:
            cursor.execute(setting)
        with own_reads():
            yield
