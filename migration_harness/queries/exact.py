"""Exact numbers as text."""

from decimal import Decimal


def plain(value: Decimal | None) -> str:
    """Return an exact number as text without an exponent or trailing zeros."""
    if value is None:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
