"""Who this process is: what an operator reads when a process did not acknowledge."""

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

SERVING: Final = frozenset({"web", "worker", "beat"})
"""Roles of processes that are there for others, and stay."""

BRIEF: Final = frozenset({"rollback", "flag", "status", "gates"})
"""Verbs that people wait for, and that call no seam."""

UNCHECKED: Final = "rollback"
"""The verb that waits for no system check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that evaluates seams. ``role``: web, worker, beat, shell, command or process."""

    host: str
    pid: int
    role: str

    def __str__(self) -> str:
        return f"{self.role} {self.pid} on {self.host}"


def verb_at_prompt() -> str:
    """Return the verb where this process is one ``manage.py harness VERB``, else nothing."""
    return sys.argv[2] if sys.argv[1:2] == ["harness"] and len(sys.argv) > 2 else ""  # noqa: PLR2004


def is_brief() -> bool:
    """Tell whether this process looks or flips and ends: somebody waits for it, and it runs no side of a seam."""
    return verb_at_prompt() in BRIEF


def this_process() -> Process:
    """Return who this process is, also after a fork."""
    return Process(host=socket.gethostname(), pid=os.getpid(), role=role_of(sys.argv))


def role_of(argv: list[str]) -> str:
    """Return the role that a command line gives to its process."""
    program = Path(argv[0]).name if argv else ""
    words = argv[1:]
    if program in ("gunicorn", "uvicorn", "uwsgi") or words[:1] == ["runserver"]:
        return "web"
    if "celery" in str(argv[0] if argv else ""):
        return next((role for role in ("worker", "beat") if role in words), "command")
    if words[:1] in (["shell"], ["dbshell"]):
        return "shell"
    return "command" if words else "process"


def name_connection(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Tell the database whose connection this is, so that a flip can name who holds a charge open.

    Only PostgreSQL knows such names: a host may have other databases too.
    On the driver's connection: a connection may be opened inside a guarded side, whose cursors are read-only
    and rolled back.
    """
    if connection.vendor != "postgresql":
        return
    name = named(str(this_process()), connection.settings_dict["OPTIONS"].get("application_name"))
    connection.connection.execute("SELECT set_config('application_name', %s, false)", [name])


def named(name: str, own: str | None) -> str:
    """Return the name of a connection; the one that the host gives to its own comes first."""
    return f"{own}: {name}" if own else name
