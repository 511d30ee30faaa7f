"""What a forecast asks of the host: recorded calls, already priced on both sides, and what the prices rest on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias, cast

from migration_harness.conf import configured
from migration_harness.money.forecast.money import Money

OnProgress: TypeAlias = Callable[[str, int, int | None], None]
"""Called with what is being done, how many calls are done and, where it is known, how many there are."""


def say_nothing(_what: str, _done: int, _calls: int | None) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastQuestion:
    """Which recorded calls, and which flags their accounts would be in the cohort of.

    Attributes:
        flags: The flags whose candidate answers after; of every other one the control does.
        since: From when on the host's own log is read; None where a trace is.
        until: The moment of the forecast.
        trace: A file of requests, in place of the host's log.
        images_every: As a replay of the trace has it.
        moves_defaults: Whether a call on the model that its account gets today without a choice moves to the one
            that it would get; False: every call stays on the model that it names.
    """

    flags: frozenset[str]
    since: datetime | None
    until: datetime
    trace: Path | None = None
    images_every: int | None = None
    moves_defaults: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time in which the calls were made; its length is what a rate of use is taken over."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        """Its length in whole seconds, at least one."""
        return max(1, int((self.end - self.start).total_seconds()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedCalls:
    """Calls of one account and kind that both sides price. ``model_after`` differs where the default moves.

    ``dearest_after`` has the credits of the dearest of them after; None: not known, and so all of them at most.
    """

    account_id: str
    operation: str
    model: str
    model_after: str
    calls: int
    before: Money
    after: Money
    dearest_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedCalls:
    """Calls of one account and kind that cannot be compared; ``reason`` is a sentence.

    ``credits_before`` is what the legacy side asks for them, None where that has no price either.
    """

    account_id: str
    operation: str
    model: str
    reason: str
    calls: int
    credits_before: int | None


class ForecastSource(Protocol):
    """The host's side of one forecast.

    The setting ``HARNESS["FORECAST"]`` names a function that takes a ForecastQuestion and returns one.
    """

    def groups(self, *, on_progress: OnProgress) -> Iterator[PricedCalls | UnpricedCalls]:
        """Return every recorded call in some group, each once; raises HarnessError for what cannot be read."""

    def period(self) -> Period | None:
        """Return when the calls were made; asked after ``groups``. None where there was none."""

    def inputs(self) -> Mapping[str, str]:
        """Return what the prices rest on, by a name for people: a signature holds as long as it is the same."""

    def digest(self) -> str:
        """Return what tells the calls from others: a digest of the trace, or the period of the log."""


def forecast_source(question: ForecastQuestion) -> ForecastSource:
    """Return the host's source. Raises HarnessMisconfigured where none is set."""
    return cast("ForecastSource", configured("FORECAST")(question))
