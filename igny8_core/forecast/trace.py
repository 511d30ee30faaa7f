"""A forecast of a trace: its rows are mapped as a replay maps them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from igny8_core.forecast.inputs import price_inputs
from igny8_core.forecast.moves import NO_MOVES, DefaultMoves
from igny8_core.forecast.price_table import DistinctCall, PriceTable, Sums, steady_prices
from igny8_core.replay import RecordedCall, TraceReplay
from migration_harness.api import (
    ForecastQuestion,
    MalformedRow,
    OnProgress,
    Period,
    PricedCalls,
    TraceRefused,
    UnpricedCalls,
    trace_rows,
)

_CHUNK_BYTES = 1 << 20


class TraceForecast:
    """A file of requests of the demo's accounts."""

    def __init__(self, question: ForecastQuestion) -> None:
        assert question.trace is not None  # noqa: S101  For the type checker.
        self._question = question
        self._path: Path = question.trace
        self._first_at: datetime | None = None
        self._last_at: datetime | None = None

    def groups(self, *, on_progress: OnProgress) -> Iterator[PricedCalls | UnpricedCalls]:
        """Return every call of the trace in some group. Raises TraceRefused for a row that replay would not take."""
        moves = DefaultMoves(self._question.flags) if self._question.moves_defaults else NO_MOVES
        table = PriceTable(flags=self._question.flags, targets=moves.targets)
        with steady_prices():
            sums = self._add_up(table, on_progress)
        for found in sums.values():
            yield table.group(found, moves.of(found.account_id))

    def period(self) -> Period | None:
        """Return the time from the first row to the last."""
        if self._first_at is None or self._last_at is None:
            return None
        return Period(start=self._first_at, end=self._last_at)

    def inputs(self) -> Mapping[str, str]:
        """Return what the prices rest on."""
        return price_inputs()

    def digest(self) -> str:
        """Return a digest of the file."""
        found = sha256()
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                found.update(chunk)
        return f"trace {self._path.name} sha256 {found.hexdigest()}"

    def _add_up(self, table: PriceTable, on_progress: OnProgress) -> dict[tuple[str, int], Sums]:
        """Return the calls added up by account and kind."""
        sums: dict[tuple[str, int], Sums] = {}
        for call in self._calls(on_progress):
            account_id, used = str(call.account.pk), call.usage
            row = table.price(DistinctCall(call.operation, call.model, used.total))
            added = Sums(account_id, row.kind, 1, used.tokens_input, used.tokens_output, *row[1:], *row[2:])
            earlier = sums.get((account_id, row.kind))
            sums[account_id, row.kind] = added if earlier is None else earlier.plus(added)
        return sums

    def _calls(self, on_progress: OnProgress) -> Iterator[RecordedCall]:
        mapping = TraceReplay(images_every=self._question.images_every)
        for row in trace_rows(self._path, mapping.columns):
            on_progress(f"Reading {self._path.name}", row.index + 1, None)
            at = _time_of(row.values["TIMESTAMP"])
            self._first_at, self._last_at = self._first_at or at, at or self._last_at
            try:
                yield from mapping.calls(row)
            except MalformedRow as error:
                raise TraceRefused(
                    f"{self._path}, line {row.line}: {error}. Correct the line, or take it out."
                ) from None


def _time_of(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)
    except ValueError:
        return None
