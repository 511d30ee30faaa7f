"""Addresses of the console, for whoever reads a sentence of a gate and wants to see what it rests on."""

from django.urls import NoReverseMatch, reverse


def page(name: str, *args: object) -> str:
    """Return the address of a page of the console; empty where the host has no console."""
    try:
        return reverse(f"dashboards:{name}", args=args)
    except NoReverseMatch:
        return ""
