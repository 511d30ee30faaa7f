"""How the console writes numbers, times and labels, and shows tables and charts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dashboards import charts, numbers
from dashboards.accounts.cells import Cell
from dashboards.labels import Label
from dashboards.tables import Shown, Table
from migration_harness import wording

register = template.Library()

register.filter("number", numbers.number)
register.filter("signed", numbers.signed)
register.filter("percent", wording.percent)
register.filter("span", wording.age)


@register.simple_tag
def label(shown: Label) -> str:
    """Return a label: its mark for the eye, its word for everybody."""
    return _label(shown)


@lru_cache(maxsize=512)
def _label(shown: Label) -> str:
    """Write a label once: a page has hundreds, and few that are not alike."""
    return format_html(
        '<span class="label {}" title="{}"><span class="mark" aria-hidden="true">{}</span> {}</span>',
        shown.tone,
        shown.meaning,
        shown.mark,
        shown.word,
    )


@register.filter
def utc(at: datetime) -> str:
    """Return a time in UTC; the page says once that all of its times are."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


@register.filter
def iso(at: datetime) -> str:
    """Return a time for the ``datetime`` attribute of a ``<time>``."""
    return at.astimezone(UTC).isoformat()


@register.filter
def plain(value: float) -> str:
    """Return a coordinate as SVG has it, whatever the language of the page."""
    return f"{value:g}"


@register.simple_tag
def ago(at: datetime | None, now: datetime, *, short: bool = False) -> str:
    """Return how long ago something was, or in how long it will be, and beside it the time itself with its zone.

    ``short``: the time itself is told to whoever points at it.
    """
    if at is None:
        return numbers.NONE
    seconds = (now - at).total_seconds()
    told = f"{wording.age(seconds)} ago" if seconds >= 0 else f"in {wording.age(-seconds)}"
    whole = f"{utc(at)} UTC"
    beside = "" if short else format_html(' <span class="sub">{}</span>', whole)
    return format_html('<time datetime="{}" title="{}">{}</time>{}', iso(at), whole, told, beside)


@register.simple_tag
def bars(chart: charts.Chart) -> SafeString:
    """Draw a chart as columns, with its table behind it."""
    return render_to_string("dashboards/charts/_chart.html", {"drawing": charts.bars(chart)})


@register.simple_tag
def lines(chart: charts.Chart) -> SafeString:
    """Draw a chart as lines, with its table behind it."""
    return render_to_string("dashboards/charts/_chart.html", {"drawing": charts.lines(chart)})


@register.simple_tag(takes_context=True)
def table(context: template.Context, shown: Shown[Any], *, row: str = "dashboards/tables/_row.html") -> SafeString:
    """Show a page of a table with its heads to sort by, its pages and its files; ``row``: the template of a row."""
    known: dict[str, Any] = {key: value for layer in context.dicts for key, value in layer.items()}
    return render_to_string("dashboards/tables/_table.html", known | {"shown": shown, "template": row})


@register.simple_tag
def under(cell: Cell, name: str, account_id: str, *, moves: bool) -> SafeString:
    """Show an account's stage under a flag, where one ``moves`` accounts with its buttons; a page has hundreds."""
    mark, candidate = ("●", " candidate") if cell.on_candidate else ("○", "")
    by_name = "" if moves or cell.membership == "inherit" else f' <span class="sub">{cell.membership} by name</span>'
    shown = (
        f'<span class="at{candidate}"><span class="mark" aria-hidden="true">{mark}</span> {cell.stage}{by_name}</span>'
    )
    if not moves:
        return mark_safe(shown)  # noqa: S308  Words of the code alone.
    flag, whose = escape(cell.flag), escape(f"{name} under {cell.flag}")
    buttons = "".join(
        f'<button name="to" value="{escape(ask)}" id="{flag}.{to}.{escape(account_id)}" '
        f'aria-pressed="{"true" if to == cell.membership else "false"}">{to}</button>'
        for to, ask in cell.asks
    )
    told = f'{shown} <span class="toggle" role="group" aria-label="{whose}">{buttons}</span>'
    return mark_safe(told)  # noqa: S308  What is not of the code is escaped.


@register.filter
def allows(may: Mapping[str, bool], action: str) -> bool:
    """Tell whether whoever looks may do an action that the page names by a variable."""
    return may[action]


@register.filter
def cells(row: Any, table: Table[Any]) -> list[tuple[str, str, bool]]:
    """Return the cells of a row as a page writes them: the column's title, the text, whether it is a number."""
    return [(column.title, _written(column.value(row)), column.is_number) for column in table.shown_columns]


def _written(value: Any) -> str:
    match value:
        case None:
            return numbers.NONE
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{utc(value)} UTC"
        case str():
            return value
        case _:
            return numbers.number(value)
