"""How the console writes numbers, times and labels."""

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html

from dashboards import numbers
from dashboards.labels import Label
from migration_harness import wording

register = template.Library()

register.filter("number", numbers.number)
register.filter("signed", numbers.signed)
register.filter("percent", wording.percent)
register.filter("span", wording.age)


@register.simple_tag
def label(shown: Label) -> str:
    """Return a label: its mark for the eye, its word for everybody."""
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
