"""Where a request comes from: one answer for whatever counts by it or logs it.

Behind N proxies of ours, each of which adds the address that it was asked from to ``X-Forwarded-For``, the Nth from the
right was written by ours; everything to its left was sent by the client, and is believed by nobody. ``NUM_PROXIES`` of
``REST_FRAMEWORK`` says N, 0 where nothing stands in front.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.settings import api_settings

UNKNOWN: Final = "unknown"
"""Where the server names no address, as on a Unix socket without a proxy that does."""
_HOME: Final = 64
"""Bits of an IPv6 address that one customer of a provider has: the rest is theirs to choose."""


def address_of(request: HttpRequest | Request) -> str:
    """Return the address that a request is counted by: of IPv6 the network of 64 bits, which one client has whole."""
    proxies = int(api_settings.NUM_PROXIES or 0)
    sent = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")] if proxies else []
    # Fewer than there are proxies: it has come past one, and nothing of it can be believed.
    claimed = sent[-proxies] if 0 < proxies <= len(sent) else ""
    return _counted(claimed) or _counted(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def _counted(text: str) -> str:
    try:
        found: IPv4Address | IPv6Address = ip_address(_without_port(text).partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> _HOME << _HOME)}/{_HOME}"


def _without_port(text: str) -> str:
    """Return an address as some proxies write it, ``192.0.2.1:443`` or ``[2001:db8::1]:443``, without its port."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
