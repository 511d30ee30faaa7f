"""What a side may try, each with what the verdict says of it."""

import _thread
import asyncio
import concurrent.futures
import contextvars
import multiprocessing
import multiprocessing.pool
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from asgiref.sync import async_to_sync, sync_to_async
from celery import chain, current_app, group, shared_task
from django.core import mail
from django.core.cache import cache, caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import close_old_connections, connection, connections, transaction

from .world import fired

WRITE = "INSERT INTO caller_notes VALUES ('of the side')"


@shared_task(name="tests.hell")
def task():
    fired.append("task")


def run(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def write():
    run(WRITE)


def read():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM caller_notes")
        return cursor.fetchone()


def swallowed(*calls):
    """Each of these in turn, whatever the one before raised."""

    def side():
        for call in calls:
            with suppress(BaseException):
                call()

    return side


def then(*calls):
    def side():
        for call in calls:
            call()

    return side


def in_atomic(call, **options):
    def side():
        with transaction.atomic(**options):
            call()

    return side


def sql(statement, params=None):
    return lambda: run(statement, params)


def callback():
    fired.append("on_commit")


def copy_in():
    with connection.cursor() as cursor, cursor.copy("COPY caller_notes FROM STDIN") as sink:
        sink.write_row(("of the side",))


def streamed():
    with connection.cursor() as cursor:
        list(cursor.cursor.stream(f"{WRITE} RETURNING note"))


def past_django():
    connection.ensure_connection()
    connection.connection.execute(WRITE)


def all_savepoints():
    for sid in [*connection.savepoint_ids, *(f"s{threading.get_ident()}_x{n}" for n in range(1, 9))]:
        transaction.savepoint_rollback(sid)
    transaction.set_rollback(True)


def end_atomic_of_caller():
    while connection.atomic_blocks:
        connection.atomic_blocks[-1].__exit__(None, None, None)
    write()


def change_what_django_keeps():
    connection.needs_rollback = True
    connection.savepoint_ids.clear()
    connection.run_on_commit = []
    connection.execute_wrappers.append(lambda *_: None)
    connection.force_debug_cursor = True
    connection.autocommit = connection.in_atomic_block = False
    connection.commit_on_exit = False
    connection.clean_savepoints()
    transaction.on_commit(callback)


DATABASE = {
    "write": (write, "database: insert"),
    "write in atomic": (in_atomic(write), "database: insert"),
    "write after atomic": (then(in_atomic(read), write), "database: insert"),
    "write after two atomics": (then(in_atomic(read), in_atomic(in_atomic(read)), write), "database: insert"),
    "write after durable": (then(in_atomic(read, savepoint=False), write), "database: insert"),
    "write after failed atomic": (swallowed(in_atomic(sql("SELECT no_such")), write), "database: insert"),
    "write with comment": (sql(f"/* SELECT */ -- SELECT\n {WRITE}"), "database: insert"),
    "write with": (sql(f"WITH w AS ({WRITE} RETURNING 1) SELECT * FROM w"), "database: with"),
    "copy": (copy_in, "database: copy"),
    "stream": (streamed, "database: insert"),
    "driver": (past_django, "database: insert"),
    "raw cursor": (lambda: connection.cursor().cursor.execute(WRITE), "database: insert"),
    "captured connection": (lambda: connections["default"].cursor().execute(WRITE), "database: insert"),
    "lock rows": (sql("SELECT * FROM caller_notes FOR UPDATE"), "database: select"),
    "sequence": (sql("SELECT nextval('migration_harness_comparison_id_seq')"), "database: select"),
    "create": (sql("CREATE TABLE surprise (id int)"), "database: create"),
    "notify": (sql("NOTIFY hell, 'x'"), "database: notify"),
    "pg_notify": (sql('SELECT /* quietly */ "pg_notify" /* so */ (%s, %s)', ["hell", "x"]), "database: pg_notify"),
    "PG_NOTIFY": (sql("SELECT PG_NOTIFY('hell', 'x')"), "database: pg_notify"),
    "listen": (sql("LISTEN other"), "database: listen"),
    "advisory lock": (sql("SELECT pg_advisory_lock(1)"), "database: pg_advisory_lock"),
    "try lock": (sql("SELECT pg_catalog.pg_try_advisory_xact_lock(1)"), "database: pg_try_advisory_xact_lock"),
    "lock table": (sql("LOCK TABLE caller_notes"), "database: lock"),
    "second statement": (sql("SELECT ';'; NOTIFY hell"), "database: notify"),
    "do": (sql("DO $$ BEGIN PERFORM pg_notify('hell', 'x'); END $$"), "database: do"),
    "terminate": (sql("SELECT pg_terminate_backend(pg_backend_pid())"), "database: pg_terminate_backend"),
    "large object": (sql("SELECT lo_from_bytes(0, 'x')"), "database: lo_from_bytes"),
    "program": (sql("COPY caller_notes TO PROGRAM 'cat'"), "database: copy"),
}  # fmt: skip

# Where a failed statement does not spoil the next.
IN_AUTOCOMMIT = {
    "write after failure": (swallowed(sql("SELECT no_such"), sql("SELECT 1/0"), in_atomic(write)), "database: insert"),
    "write after bare failure": (
        swallowed(in_atomic(sql("SELECT 1/0"), savepoint=False), write), "database: insert",
    ),
    "write after an error of Django's": (
        swallowed(in_atomic(then(read, lambda: transaction.set_rollback(True)), savepoint=False), write),
        "database: insert",
    ),
}  # fmt: skip

UNDOING = {
    "set transaction": (swallowed(sql("SET TRANSACTION READ WRITE"), write), "database: set"),
    "set local": (swallowed(sql("SET LOCAL transaction_read_only = off"), write), "database: set"),
    "set session": (swallowed(sql("set session characteristics as transaction read write"), write), "database: set"),
    "set default": (swallowed(sql('SET "default_transaction_read_only" TO off'), write), "database: set"),
    "reset": (swallowed(sql("RESET transaction_read_only"), write), "database: reset"),
    "set_config": (
        swallowed(sql("SELECT set_config(%s, 'off', true)", ["transaction_read_only"]), write), "database: set_config",
    ),
    "hidden set_config": (
        swallowed(sql("SELECT set_config('transaction_' || 'read' || '_only', 'off', false)"), write), "database",
    ),
    "commit": (swallowed(sql("COMMIT"), write), "database: commit"),
    "end": (swallowed(sql("SELECT 1; END; BEGIN"), write), "database: end"),
    "rollback": (swallowed(sql("/**/ROLLBACK"), write), "database: rollback"),
    "abort": (swallowed(sql("ABORT"), write), "database: abort"),
    "begin": (swallowed(sql("BEGIN READ WRITE"), write), "database: begin"),
    "the guard's savepoint": (swallowed(sql("ROLLBACK TO SAVEPOINT harness_guard"), write), "database: rollback"),
}  # fmt: skip

DJANGO = {
    "on_commit": (lambda: transaction.on_commit(callback), "on_commit"),
    "on_commit robust": (lambda: transaction.on_commit(callback, robust=True), "on_commit"),
    "on_commit after a query": (then(read, lambda: transaction.on_commit(callback)), "on_commit"),
    "on_commit in atomic": (in_atomic(lambda: transaction.on_commit(callback)), "on_commit"),
    "on_commit swallowed": (swallowed(lambda: transaction.on_commit(callback), read), "on_commit"),
    "delay_on_commit": (lambda: task.delay_on_commit(), "on_commit"),
    "close": (swallowed(lambda: connection.close(), write), "connection: close"),
    "close after a query": (swallowed(read, lambda: connection.close(), write), "connection: close"),
    "close all": (lambda: connections.close_all(), "connection: close"),
    "close driver": (then(read, lambda: connection.connection.close()), "connection: close"),
    "connect": (lambda: connection.connect(), "connection: connect"),
    "replace": (lambda: connections.__setitem__("default", None), "connections: __setitem__"),
    "forget": (lambda: connections.__delitem__("default"), "connections: __delitem__"),
    "set_rollback": (lambda: transaction.set_rollback(True), "transaction: set_rollback"),
    "savepoints of the caller": (swallowed(all_savepoints), ("database: rollback", "transaction: set_rollback")),
    "set_autocommit": (lambda: transaction.set_autocommit(False), "transaction: set_autocommit"),
    "commit": (swallowed(lambda: transaction.commit(), write), "transaction: commit"),
    "rollback": (swallowed(lambda: transaction.rollback(), write), "transaction: rollback"),
    "driver's commit": (swallowed(read, lambda: connection.connection.commit(), write), "connection: commit"),
    "end atomic": (swallowed(end_atomic_of_caller, write), ("database", "transaction: commit")),
    "attributes": (swallowed(change_what_django_keeps, write), "on_commit"),
    "driver taken away": (then(lambda: setattr(connection, "connection", None), write), "database: insert"),
    "driver taken away later": (
        then(read, lambda: setattr(connection, "connection", None), in_atomic(write)), "database: insert",
    ),
    "run hooks": (lambda: connection.run_and_clear_commit_hooks(), "on_commit"),
}  # fmt: skip

BESIDE = {
    "mail": (lambda: mail.send_mail("s", "b", "a@example.com", ["b@example.com"]), "e-mail: send"),
    "mail backend": (lambda: mail.get_connection().send_messages([mail.EmailMessage("s")]), "e-mail: send_messages"),
    "cache set": (lambda: cache.set("hell", 1), "cache: set"),
    "cache add": (lambda: cache.add("hell", 1), "cache: add"),
    "cache get_or_set": (lambda: cache.get_or_set("hell", 1), "cache: add"),
    "cache incr": (lambda: cache.incr("hell"), "cache: incr"),
    "cache delete": (lambda: cache.delete("hell"), "cache: delete"),
    "cache touch": (lambda: cache.touch("hell"), "cache: touch"),
    "cache clear": (lambda: cache.clear(), "cache: clear"),
    "cache set_many": (lambda: cache.set_many({"hell": 1}), "cache: set_many"),
    "cache delete_many": (lambda: cache.delete_many(["hell"]), "cache: delete_many"),
    "cache aset": (lambda: asyncio.run(cache.aset("hell", 1)), "cache: aset"),
    "cache in memory": (lambda: caches["memory"].set("hell", 1), "cache: set"),
    "cache in files": (lambda: caches["file"].set("hell", 1), "cache: set"),
    "storage": (lambda: default_storage.save("hell", ContentFile(b"x")), "storage: save"),
    "storage delete": (lambda: default_storage.delete("hell"), "storage: delete"),
    "storage open": (lambda: default_storage.open("hell", "wb"), "storage: open"),
    "delay": (lambda: task.delay(), "task: delay"),
    "apply_async": (lambda: task.apply_async(), "task: apply_async"),
    "send_task": (lambda: current_app.send_task("tests.hell"), "task: send_task"),
    "signature": (lambda: task.si().delay(), "task: delay"),
    "chain": (lambda: chain(task.si(), task.si()).apply_async(), "task: apply_async"),
    "group": (lambda: group(task.si(), task.si()).delay(), "task: delay"),
    "fork": (lambda: os.fork(), "process: fork"),
    "system": (lambda: os.system("true"), "process: system"),  # noqa: S605
    "subprocess": (lambda: subprocess.run(["true"], check=True), "process: subprocess.Popen"),
    "spawn": (lambda: os.posix_spawn("/bin/true", ["true"], {}), "process: posix_spawn"),
    "multiprocessing": (lambda: multiprocessing.Process(target=callback).start(), "process: multiprocessing"),
    "spawned": (
        lambda: multiprocessing.get_context("spawn").Process(target=callback).start(), "process: multiprocessing",
    ),
    "process pool": (
        lambda: concurrent.futures.ProcessPoolExecutor(1).submit(callback), "process: ProcessPoolExecutor",
    ),
    "pool of processes": (lambda: multiprocessing.Pool(1), "process: multiprocessing"),
    "bare thread": (lambda: _thread.start_new_thread(callback, ()), "thread: _thread"),
    "exit": (lambda: os._exit(1), "process: _exit"),
}  # fmt: skip


def in_thread(call):
    def side():
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()

    return side


def in_thread_with_context(call):
    return in_thread(lambda context=None: contextvars.copy_context().run(call))


def in_copied_context(call):
    """The context of the side itself, copied before the thread begins."""

    def side():
        thread = threading.Thread(target=contextvars.copy_context().run, args=(call,))
        thread.start()
        thread.join()

    return side


def in_pool(call):
    def side():
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return [each.result() for each in [pool.submit(call) for _ in range(3)]].pop()

    return side


def in_pool_by_map(call):
    def side():
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda _: call(), range(3))).pop()

    return side


def in_pool_with_context(call):
    def side():
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return pool.submit(contextvars.copy_context().run, call).result()

    return side


def in_initializer(call):
    def side():
        with concurrent.futures.ThreadPoolExecutor(1, initializer=call) as pool:
            return pool.submit(int).exception()

    return side


def in_done_callback(call):
    def side():
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            gate = threading.Event()
            future = pool.submit(gate.wait)
            future.add_done_callback(lambda _: call())
            gate.set()

    return side


def in_thread_pool(call):
    def side():
        with multiprocessing.pool.ThreadPool(2) as pool:
            return pool.map(lambda _: call(), range(3))[0]

    return side


def in_asyncio_thread(call):
    return lambda: asyncio.run(asyncio.to_thread(call))


def in_executor(call):
    async def main():
        return await asyncio.get_running_loop().run_in_executor(None, call)

    return lambda: asyncio.run(main())


def in_async(call):
    async def main():
        return await sync_to_async(call)()

    return lambda: async_to_sync(main)()


def in_async_thread(call):
    async def main():
        return await sync_to_async(call, thread_sensitive=False)()

    return lambda: async_to_sync(main)()


WAYS = [
    in_thread, in_thread_with_context, in_copied_context, in_pool, in_pool_by_map, in_pool_with_context,
    in_initializer, in_done_callback, in_thread_pool, in_asyncio_thread, in_executor, in_async, in_async_thread,
]  # fmt: skip

HARMLESS = {
    "read": read,
    "atomic": in_atomic(read),
    "nested atomic": in_atomic(in_atomic(read)),
    "own savepoint": in_atomic(lambda: transaction.savepoint_rollback(transaction.savepoint())),
    "own set_rollback": in_atomic(lambda: transaction.set_rollback(True)),
    "swallowed error": swallowed(in_atomic(sql("SELECT no_such"))),
    "close old connections": lambda: (read(), close_old_connections()),
    "session setting": lambda: (run("SET LOCAL statement_timeout = 1000"), read()),
    "own setting": sql("SELECT set_config('hell.account', '7', true)"),
    "words in literals": sql("SELECT 'notify; COMMIT', $x$ pg_notify('a', 'b') $x$, 1 AS \"lock\" -- do"),
    "iterator": lambda: list(connection.introspection.table_names()),
    "cache get": lambda: cache.get("hell"),
    "look": lambda: (connection.in_atomic_block, connection.savepoint_ids, transaction.get_autocommit()),
    "read a file": lambda: Path(__file__).read_text(),
    "nowhere": lambda: Path(os.devnull).write_text("x"),
}  # fmt: skip
