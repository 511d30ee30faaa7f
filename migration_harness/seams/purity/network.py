"""A guarded side talks to nobody over the network: no name is asked for, nothing is sent and nothing taken.

By the functions of sockets, which all of Python's libraries use: of those that were open before, too. What reads a
cache or a storage may: there the guard lets its own process ask (``reading``), and refuses what would change them.
"""

import os
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

from django.core.cache.backends.base import BaseCache
from django.core.files.storage import Storage

from migration_harness.seams.purity.effects import is_logging
from migration_harness.seams.purity.guard import Guard
from migration_harness.seams.purity.hooks import hook, refusing

_TALKING: Final = (
    "accept", "bind", "connect", "connect_ex", "listen", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg",
    "recvmsg_into", "send", "sendall", "sendmsg", "sendto", "shutdown",
)  # fmt: skip
_NAMES: Final = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getfqdn", "getnameinfo")
_READING_CACHE: Final = ("get", "get_many", "has_key", "__contains__")
_READING_STORAGE: Final = (
    "exists", "listdir", "size", "url", "get_accessed_time", "get_created_time", "get_modified_time",
)  # fmt: skip


def watch() -> None:
    """Have sockets ask the guard."""
    hook(socket.socket, _TALKING, _talk)
    hook(ssl.SSLSocket, ("read", "write", "do_handshake"), _talk)
    hook(socket, _NAMES, _ask_name)
    hook(os, ("sendfile",), refusing("network"))
    hook(BaseCache, _READING_CACHE, _read)
    hook(Storage, _READING_STORAGE, _read)


def _talk(guard: Guard, original: Callable[..., Any], used: Any, *args: Any, **kwargs: Any) -> Any:
    if not (guard.reading or _is_within(used) or is_logging()):
        guard.refuse(f"network: {original.__name__}")
    return original(used, *args, **kwargs)


def _is_within(used: Any) -> bool:
    """Whether it is one end of a pair that has no name: that is how an event loop wakes itself up."""
    if used.family != getattr(socket, "AF_UNIX", None):
        return False
    try:
        return not used.getsockname() and not used.getpeername()
    except OSError:
        return False


def _ask_name(guard: Guard, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if not (guard.reading or is_logging()):
        guard.refuse(f"network: {original.__name__}")
    return original(*args, **kwargs)


def _read(guard: Guard, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    outer, guard.reading = guard.reading, True
    try:
        return original(*args, **kwargs)
    finally:
        guard.reading = outer
