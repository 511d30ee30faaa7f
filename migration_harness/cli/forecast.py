"""``harness forecast``: what the new prices would have made of recorded calls, and a person's word on it."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

from django.utils import timezone
from typer import Exit, Option

from migration_harness.authority import actions
from migration_harness.cli.acting import actor, ask, verb, whoever
from migration_harness.cli.forecast_tables import print_forecast
from migration_harness.cli.output import REFUSED, Json, Override, Reason, console, print_json, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, good, standard_output, warning
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import InvalidChange
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.answer import Forecast
from migration_harness.money.forecast.csv_file import write_csv
from migration_harness.money.forecast.sign_off import SignOffStatus, forecast_signed_off, sign_off
from migration_harness.money.forecast.source import ForecastQuestion
from migration_harness.money.forecast.stored import make_forecast
from migration_harness.money.forecast.targets import target_flags
from migration_harness.money.forecast.told import as_json

_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@verb(approves=True)
def forecast(
    *,
    since: Annotated[str | None, Option(help="How far back the log is read: 12h, 30d, 4w. By default 30d.")] = None,
    trace: Annotated[Path | None, Option(help="A CSV file of requests, in place of the log.")] = None,
    images: Annotated[int | None, Option(min=1, help="Of a trace: images after every K-th row, as replay.")] = None,
    flag: Annotated[list[str] | None, Option(help="A flag whose candidate is to answer; may be repeated.")] = None,
    phase: Annotated[int | None, Option(help="The flags of this phase.")] = None,
    move_defaults: Annotated[
        bool | None,
        Option(
            "--move-defaults/--keep-models",
            help="Whether calls on today's default model follow the new default; by default those of the log do.",
        ),
    ] = None,
    csv: Annotated[Path | None, Option(help="Write every account to this CSV file.")] = None,
    sign: Annotated[bool, Option("--sign-off", help="Sign what the forecast says; needs --reason and --yes.")] = False,
    number: Annotated[
        int | None, Option("--forecast", min=1, help="With --sign-off: the forecast that was looked at, by its number.")
    ] = None,
    reason: Reason = "",
    yes: Annotated[bool, Option("--yes", help="Sign; without it nothing is signed.")] = False,
    override: Override = False,
    status: Annotated[bool, Option("--status", help="Only say whether a signature holds.")] = False,
    json: Json = False,
) -> None:
    """Price recorded calls on both sides: credits, revenue, cost and margin, before and after."""
    if status:
        _tell_status(forecast_signed_off(), json=json)
        return
    if sign and not reason.strip():
        raise InvalidChange("A sign-off needs a reason: add --reason '…'.")
    if number is not None:
        _sign_shown(number, sign=sign and yes, reason=reason, override=override, json=json)
        return
    ask(actions.SIGN_OFF if sign and yes else actions.FORECAST)
    if override:
        ask(actions.OVERRIDE)
    question = _question(since, trace, images, moves_defaults=move_defaults, flags=_flags(flag, phase))
    found, kept = _made(question)
    # A command that fails has signed nothing.
    lines = write_csv(found, csv) if csv else 0
    signed = sign and yes
    if signed:
        standard_output()
        sign_off(forecast_id=kept.pk, actor=whoever(), reason=reason, override=override)
    with telling(f"Forecast {kept.pk} is {'signed off' if signed else 'made and not signed'}."):
        if json:
            print_json(as_json(found) | {"forecast": kept.pk, "signed": signed})
            return
        out = console()
        print_forecast(out, found)
        if csv:
            out.print(f"{lines:,} lines written to {csv}.")
        if sign:
            told = (
                f"Forecast {kept.pk} is signed off."
                if signed
                else "Nothing was signed. To sign this forecast: "
                f"python manage.py harness forecast --sign-off --forecast {kept.pk} --reason WHY --yes --as USERNAME"
            )
            out.print(told)


def _sign_shown(number: int, *, sign: bool, reason: str, override: bool, json: bool) -> None:
    """Sign a forecast that was kept: the one that was looked at, and no newer one."""
    if not sign:
        raise InvalidChange(f"--forecast {number} is to be signed: add --sign-off, --reason '…' and --yes.")
    ask(actions.SIGN_OFF, subject=f"forecast {number}")
    if override:
        ask(actions.OVERRIDE)
    standard_output()
    signed = sign_off(forecast_id=number, actor=whoever(), reason=reason, override=override)
    with telling(f"Forecast {number} is signed off."):
        if json:
            print_json({"forecast": signed.forecast_id, "signed": True})
        else:
            console().print(f"Forecast {signed.forecast_id} is signed off: {signed.forecast.summary['headline']}")


def _made(question: ForecastQuestion) -> tuple[Forecast, KeptForecast]:
    with progress() as shown:
        bar = shown.add_task("Beginning", total=None)

        def on_progress(what: str, done: int, calls: int | None) -> None:
            shown.update(bar, description=what, completed=done, total=calls)

        return make_forecast(question=question, actor=actor(), on_progress=on_progress)


def _question(
    since: str | None,
    trace: Path | None,
    images: int | None,
    *,
    moves_defaults: bool | None,
    flags: frozenset[str],
) -> ForecastQuestion:
    if since and trace:
        raise InvalidChange("A forecast is of the log or of a trace: give --since or --trace, not both.")
    if images and not trace:
        raise InvalidChange("The log has its images: --images is for a trace.")
    now = timezone.now()
    return ForecastQuestion(
        flags=flags,
        since=None if trace else _begin(since or "30d", now),
        until=now,
        trace=trace,
        images_every=images,
        # A trace names the model of each call, as its replay does.
        moves_defaults=trace is None if moves_defaults is None else moves_defaults,
    )


def _flags(names: list[str] | None, phase: int | None) -> frozenset[str]:
    return target_flags(names=names or (), phase=phase)


def _begin(text: str, now: datetime) -> datetime:
    found = re.fullmatch(r"([1-9]\d{0,4})([hdw])", text)
    if found is None:
        raise InvalidChange(f"--since {text}: say how far back, in hours, days or weeks, for example 12h, 30d or 4w.")
    return now - int(found[1]) * _UNITS[found[2]]


def _tell_status(found: SignOffStatus, *, json: bool) -> None:
    if json:
        print_json(found.told)
    else:
        mark = {Answer.OPEN: good("signed off"), Answer.CLOSED: warning("not signed off")}
        console().print(mark.get(found.answer, bold("unknown")), f" {found.sentence}")
    if found.answer is not Answer.OPEN:
        raise Exit(REFUSED)
