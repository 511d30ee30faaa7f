"""What a second person is asked where the plan wants a forecast signed by two: the forecast, and every price of now."""

from migration_harness.authority.asked import Act, Asked
from migration_harness.deciding.purpose import for_the_harness
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.source import ForecastQuestion, forecast_source
from migration_harness.money.forecast.stored import kept_forecast
from migration_harness.plan import GateName, plan
from migration_harness.tombstones.own_reads import own_reading


def needs_two() -> bool:
    """Tell whether the plan wants two people to sign."""
    return any(phase.sign_off_by > 1 and GateName.FORECAST in phase.gates for phase in plan().phases)


@for_the_harness()
@own_reading()
def asked_for(kept: KeptForecast) -> Asked:
    """Return what is asked. Raises HarnessMisconfigured."""
    question = ForecastQuestion(flags=frozenset(kept.flags), since=kept.at, until=kept.at)
    prices = forecast_source(question).inputs()
    return Asked(
        act=Act.SIGN_OFF,
        subject=str(kept),
        request={"forecast": kept.pk, "flags": ", ".join(sorted(kept.flags)), "calls of": kept.calls_of},
        numbers={name: str(value) for name, value in prices.items()},
        sentence=f"Sign {kept}: {kept.summary['headline']}",
    )


def would_ask(asked: Asked) -> Asked:
    """Return what is asked at the prices of now. Raises ForecastRefused."""
    return asked_for(kept_forecast(int(asked.request["forecast"] or 0)))
