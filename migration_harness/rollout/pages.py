"""Addresses of the console, for whoever reads a sentence of a gate and wants to see what it rests on."""

from django.urls import NoReverseMatch, reverse


def page(name: str, *args: object, part: str = "") -> str:
    """Return the address of a page of the console, or of a part of it; empty where the host has no console."""
    try:
        address = reverse(f"dashboards:{name}", args=args)
    except NoReverseMatch:
        return ""
    return f"{address}#{part}" if part else address
