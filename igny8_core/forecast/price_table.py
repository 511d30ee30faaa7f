"""The prices of distinct calls, before and after, and groups of calls added up by them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

from igny8_core.business.billing.legacy.tariffs import tariffs
from igny8_core.business.billing.rates import rates
from igny8_core.business.billing.remembered import Steady
from igny8_core.forecast.moves import Moves
from igny8_core.forecast.pricer import CallPrice, Prices, price_of
from migration_harness.api import PricedCalls, UnpricedCalls

_NO_PRICE: Final = CallPrice(credits=None)
_NO_FLAGS: Final = frozenset[str]()


class DistinctCall(NamedTuple):
    """What the price of a call depends on; ``tokens`` in and out, 0 for an image."""

    operation: str
    model: str
    tokens: int


class PriceRow(NamedTuple):
    """The credits of a distinct call: before, after on its own model, after on the model that it may move to."""

    kind: int
    before: int | None
    kept: int | None
    moved: int | None


class Sums(NamedTuple):
    """Calls of one account and kind, added up; and the dearest of them."""

    account_id: str
    kind: int
    calls: int
    tokens_input: int
    tokens_output: int
    before: int | None
    kept: int | None
    moved: int | None
    dearest_kept: int | None
    dearest_moved: int | None

    def plus(self, other: "Sums") -> "Sums":
        """Return these calls and others of the same account and kind."""
        return self._replace(
            calls=self.calls + other.calls,
            tokens_input=self.tokens_input + other.tokens_input,
            tokens_output=self.tokens_output + other.tokens_output,
            before=_sum(self.before, other.before),
            kept=_sum(self.kept, other.kept),
            moved=_sum(self.moved, other.moved),
            dearest_kept=_larger(self.dearest_kept, other.dearest_kept),
            dearest_moved=_larger(self.dearest_moved, other.dearest_moved),
        )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _larger(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Calls whose prices are there, or missing, for the same reasons; empty reasons for none."""

    operation: str
    model: str
    why_not_kept: str
    why_not_moved: str


class PriceTable:
    """Prices each distinct call once. Use it inside ``steady_prices``."""

    def __init__(self, *, flags: frozenset[str], targets: Moves) -> None:
        self._before, self._after = Prices(_NO_FLAGS), Prices(flags)
        self._targets = targets
        self._rows: dict[DistinctCall, PriceRow] = {}
        self._numbers: dict[_Kind, int] = {}
        self._kinds: list[_Kind] = []

    def price(self, call: DistinctCall) -> PriceRow:
        """Return the prices of a call."""
        row = self._rows.get(call)
        if row is None:
            row = self._rows[call] = self._price(call)
        return row

    @property
    def columns(self) -> tuple[list[int | str | None], ...]:
        """The table by columns: operation, model, tokens, kind, before, kept, moved."""
        rows = [(*call, *row) for call, row in self._rows.items()]
        return tuple([row[column] for row in rows] for column in range(len(DistinctCall._fields + PriceRow._fields)))

    def group(self, sums: Sums, moves: Moves) -> PricedCalls | UnpricedCalls:
        """Return calls of one account, on the models that they would run on after."""
        kind = self._kinds[sums.kind]
        model_after = moves.get(kind.model, kind.model)
        moved = model_after != kind.model
        why, after = (kind.why_not_moved, sums.moved) if moved else (kind.why_not_kept, sums.kept)
        if why or sums.before is None or after is None:
            return UnpricedCalls(
                account_id=sums.account_id,
                operation=kind.operation,
                model=kind.model,
                reason=why,
                calls=sums.calls,
                credits_before=sums.before,
            )
        used = {"calls": sums.calls, "tokens_input": sums.tokens_input, "tokens_output": sums.tokens_output}
        return PricedCalls(
            account_id=sums.account_id,
            operation=kind.operation,
            model=kind.model,
            model_after=model_after,
            calls=sums.calls,
            before=self._before.kind(kind.operation, kind.model).money(credits=sums.before, **used),
            after=self._after.kind(kind.operation, model_after).money(credits=after, **used),
            dearest_after=sums.dearest_moved if moved else sums.dearest_kept,
        )

    def _price(self, call: DistinctCall) -> PriceRow:
        before = price_of(self._before, operation=call.operation, model=call.model, tokens=call.tokens)
        kept = price_of(self._after, operation=call.operation, model=call.model, tokens=call.tokens)
        moved = _NO_PRICE
        if target := self._targets.get(call.model):
            moved = price_of(self._after, operation=call.operation, model=target, tokens=call.tokens)
        kind = _Kind(
            operation=call.operation,
            model=call.model,
            why_not_kept=before.problem or kept.problem,
            why_not_moved=before.problem or moved.problem,
        )
        return PriceRow(kind=self._number(kind), before=before.credits, kept=kept.credits, moved=moved.credits)

    def _number(self, kind: _Kind) -> int:
        if kind not in self._numbers:
            self._numbers[kind] = len(self._kinds)
            self._kinds.append(kind)
        return self._numbers[kind]


@contextmanager
def steady_prices() -> Iterator[None]:
    """Price a whole forecast by the same rates from beginning to end, read now."""
    rates.forget()
    tariffs.forget()
    with Steady():
        yield
