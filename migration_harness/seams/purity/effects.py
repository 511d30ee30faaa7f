"""What a guarded side may not do past the database: processes, files, mail, caches, storages."""

import _thread
import atexit
import builtins
import ctypes.util
import importlib
import inspect
import io
import logging
import multiprocessing.process
import os
import platform
import signal
import smtplib
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from types import ModuleType
from typing import Any, Final

from django.core.cache.backends.base import BaseCache
from django.core.files.storage import Storage
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from migration_harness.deciding import endings
from migration_harness.seams.purity.guard import Guard, outside
from migration_harness.seams.purity.hooks import hook, refusing

_PROCESSES: Final = (
    "_exit", "abort", "chdir", "chroot", "execv", "execve", "fchdir", "fork", "forkpty", "kill", "killpg", "nice",
    "popen", "posix_spawn", "posix_spawnp", "setegid", "seteuid", "setgid", "setgroups", "setpriority", "setsid",
    "setuid", "startfile", "system", "umask",
)  # fmt: skip
_FILES: Final = (
    "chflags", "chmod", "chown", "lchmod", "lchown", "link", "mkdir", "mkfifo", "mknod", "remove", "removexattr",
    "rename", "replace", "rmdir", "setxattr", "symlink", "truncate", "unlink", "utime",
)  # fmt: skip
_CACHE: Final = (
    "add", "set", "touch", "delete", "incr", "decr", "set_many", "delete_many", "clear", "incr_version", "decr_version",
)  # fmt: skip
_ABOUT_THE_MACHINE: Final = (platform, ctypes.util, uuid)
"""Modules that ask a program about this machine, once in a process: a library's client may do so on its first call."""
_FOR_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch() -> None:
    """Have all of it ask the guard."""
    # Before the guard: what it refuses has ended nothing, and nobody has left for it.
    endings.watch()
    for owner, names, kind in _REFUSED:
        hook(owner, names, refusing(kind))
    hook(type(os.environ), ("__setitem__", "__delitem__"), _change_environment)
    hook(os, ("putenv", "unsetenv"), _change_environment)
    hook(os, _FILES, _change_file)
    hook(os, ("open",), _open_descriptor)
    hook(io, ("open",), _open)
    builtins.open = io.open
    hook(Storage, ("open",), _open_stored)
    hook(subprocess.Popen, ("__init__",), _start_process)
    # It tries folders out, once, whoever asks first.
    tempfile.gettempdir()


_REFUSED: Final[tuple[tuple[Any, Any, str], ...]] = (
    (_thread, ("start_new_thread", "start_new", "start_joinable_thread"), "thread: _thread"),
    (os, _PROCESSES, "process"),
    (sqlite3, ("connect",), "file: sqlite3"),
    (sqlite3.dbapi2, ("connect",), "file: sqlite3"),
    (multiprocessing.process.BaseProcess, ("start",), "process: multiprocessing"),
    (ProcessPoolExecutor, ("submit",), "process: ProcessPoolExecutor"),
    (atexit, ("register", "unregister"), "process: atexit"),
    (signal, ("alarm", "setitimer", "raise_signal", "pthread_kill"), "process: signal"),
    (smtplib.SMTP, ("connect", "send", "sendmail", "send_message"), "e-mail: smtplib"),
    (EmailMessage, ("send",), "e-mail"),
    (BaseEmailBackend, ("send_messages",), "e-mail"),
    (BaseCache, (*_CACHE, *(f"a{name}" for name in _CACHE)), "cache"),
    (Storage, ("save", "delete"), "storage"),
)


def _is_for_writing(mode: object) -> bool:
    return not set(str(mode)).isdisjoint("wax+")


def _is_allowed(file: object) -> bool:
    """Whether this is a file that is open already, or nobody's."""
    return isinstance(file, int) or str(file) == os.devnull or is_logging()


def is_logging() -> bool:
    """Whether a handler of the log does this: opens its file late, begins another one, sends."""
    return is_called_by(logging)


def is_called_by(module: ModuleType) -> bool:
    """Whether code of this module is on the stack."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals is vars(module):
            return True
        frame = frame.f_back
    return False


def _change_environment(guard: Guard, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    # A library may set something where it is imported, whoever is the first to do so.
    if not is_called_by(importlib._bootstrap):  # noqa: SLF001
        guard.refuse(f"environment: {original.__name__}")
    return original(*args, **kwargs)


def _start_process(guard: Guard, original: Callable[..., Any], process: Any, *args: Any, **kwargs: Any) -> Any:
    if not any(is_called_by(module) for module in _ABOUT_THE_MACHINE):
        guard.refuse("process: subprocess.Popen")
    return outside(original, process, *args, **kwargs)


def _change_file(guard: Guard, original: Callable[..., Any], path: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_allowed(path):
        guard.refuse(f"file: {original.__name__}")
    return original(path, *args, **kwargs)


def _open(guard: Guard, original: Callable[..., Any], file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    if _is_for_writing(mode) and not _is_allowed(file):
        guard.refuse("file: open")
    return original(file, mode, *args, **kwargs)


def _open_descriptor(
    guard: Guard, original: Callable[..., Any], path: Any, flags: int, *args: Any, **kwargs: Any
) -> Any:
    if flags & _FOR_WRITING and not _is_allowed(path):
        guard.refuse("file: open")
    return original(path, flags, *args, **kwargs)


def _open_stored(guard: Guard, original: Callable[..., Any], storage: Any, name: Any, mode: str = "rb") -> Any:
    if _is_for_writing(mode):
        guard.refuse("storage: open")
    return original(storage, name, mode)
