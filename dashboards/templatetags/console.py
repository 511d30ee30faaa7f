"""How the console writes numbers and times."""

from datetime import UTC, datetime

from django import template

from dashboards import numbers
from migration_harness import wording

register = template.Library()

register.filter("number", numbers.number)
register.filter("signed", numbers.signed)
register.filter("percent", wording.percent)


@register.filter
def utc(at: datetime) -> str:
    """Return a time in UTC; the page says once that all of its times are."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


@register.filter
def iso(at: datetime) -> str:
    """Return a time for the ``datetime`` attribute of a ``<time>``."""
    return at.astimezone(UTC).isoformat()
