"""The guard around the side that does not answer: it may read, it may not change anything.

A guarded side runs with a :class:`Guard` in the context variable ``active``. Before it does anything to a database
its connection is entered: a savepoint (where no transaction is open, a transaction) with ``transaction_read_only=on``,
and all that Django keeps beside the cursor is remembered. Afterwards the one is rolled back and the other put back, on
the thread and the connection where it was entered. Everything else that others would notice is refused: raised as
:class:`SideEffectRefused`, and told by the verdict ``blocked``, which names what was tried.

The guard follows threads: what a guarded side starts in a thread or gives to a thread pool runs under a guard of its
own there, for as long as it runs. Processes cannot be followed and are refused.

The room, in the order in which one reads it: ``guard`` (what a run of a side is), ``hooks`` (how the guard gets
asked), ``confined`` (one connection, entered and left), ``statements`` (what SQL may say), ``databases``, ``threads``,
``effects``, ``network``, ``publishing`` and ``surroundings`` (who gets asked).

What a guarded side can still do to its caller:

- take time and memory, and change objects that it shares with its caller: globals of modules, attributes of a
  connection, of the decimal context what is neither its precision nor its rounding (traps, flags, limits);
- draw numbers from ``random``, so that the caller draws others; seeding it is undone. Use what it imported by name
  before the guard was there (``from random import seed``): only the language and the time zone are put back then;
- do something when the garbage collector comes, where what it returned is part of a circle;
- do in native code what no function of Python sees: end the process, use libpq itself (``pgconn``), talk to others by
  gRPC, pycurl or an event loop of uvloop's;
- use what it has held since before where that is no socket and no connection of psycopg's: a connection of sqlite3's, a
  file, a descriptor by its number;
- set a handler of a signal: an event loop does so as well;
- hide what it does from the text of a statement: an SQL function that calls ``pg_notify`` or takes an advisory lock.
  What such a function writes is refused by PostgreSQL all the same;
- hand work to a thread that was running before, over a queue: there it runs without a guard, except where the
  context comes along, and then everything guarded is refused;
- run code in an empty context (``contextvars.Context().run``);
- send and write by a handler of the log, and by what reads a cache or a storage;
- see, after its first query outside of a transaction, that it is in one (``connection.in_atomic_block``).
"""

from functools import cache

from migration_harness.seams.purity import databases, effects, network, publishing, surroundings, threads
from migration_harness.seams.purity.guard import (
    CLOSED,
    Guard,
    SideEffectRefused,
    active,
    refuse_side_effect,
)

__all__ = ["CLOSED", "Guard", "SideEffectRefused", "active", "refuse_side_effect", "watch"]


@cache
def watch() -> None:
    """Have the guard asked by all that it confines, in this process; when Django is ready."""
    databases.watch()
    threads.watch()
    effects.watch()
    network.watch()
    publishing.watch()
    surroundings.watch()
