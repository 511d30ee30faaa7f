"""What a side may try past Django, each with what the verdict says of it."""

import asyncio
import http.client
import os
import smtplib
import socket
import sqlite3
import ssl
import urllib.request

import httpx2
import psycopg
import redis
import requests
from celery import chord, current_app, group
from django.contrib.sessions.backends.cache import SessionStore as CachedSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.db.models.signals import post_init
from kombu import Connection, Queue
from psycopg import AsyncConnection, ServerCursor

from igny8_core.auth.models import Plan

from . import listener
from .neighbours import WRITE, swallowed, task, write


def held():
    return listener.here


def connected(family, address):
    with socket.socket(family) as made:
        made.connect(address)


def url():
    return f"http://127.0.0.1:{held().port}/"


def datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.sendto(b"x", ("127.0.0.1", held().port))


def datagram_by_message():
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.sendmsg([b"x"], [], 0, ("127.0.0.1", held().port))


def by_stream():
    async def main():
        await asyncio.open_connection("127.0.0.1", held().port)

    asyncio.run(main())


def by_loop():
    async def main():
        with socket.socket() as made:
            made.setblocking(False)
            await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", held().port))

    asyncio.run(main())


def secured():
    context = ssl.create_default_context()
    with socket.socket() as made:
        context.wrap_socket(made, server_hostname="localhost").connect(("127.0.0.1", held().port))


def written_by_file():
    with held().held.makefile("wb", buffering=0) as file:
        file.write(b"x")


def sent_file():
    with open(__file__, "rb") as file:  # noqa: PTH123
        os.sendfile(held().held.fileno(), file.fileno(), 0, 1)


NETWORK = {
    "connect": (lambda: connected(socket.AF_INET, ("127.0.0.1", held().port)), "network: connect"),
    "connect by a path": (lambda: connected(socket.AF_UNIX, held().path), "network: connect"),
    "connect_ex": (lambda: socket.socket().connect_ex(("127.0.0.1", held().port)), "network: connect_ex"),
    "create_connection": (lambda: socket.create_connection(("127.0.0.1", held().port)), "network: "),
    "listen": (lambda: socket.create_server(("127.0.0.1", 0)), "network: "),
    "name": (lambda: socket.getaddrinfo("localhost", 80), "network: getaddrinfo"),
    "name of a host": (lambda: socket.gethostbyname("localhost"), "network: gethostbyname"),
    "name of an address": (lambda: socket.gethostbyaddr("127.0.0.1"), "network: gethostbyaddr"),
    "datagram": (datagram, "network: sendto"),
    "datagram by message": (datagram_by_message, "network: sendmsg"),
    "held: send": (lambda: held().held.send(b"x"), "network: send"),
    "held: sendall": (lambda: held().held.sendall(b"x"), "network: sendall"),
    "held: sendmsg": (lambda: held().held.sendmsg([b"x"]), "network: sendmsg"),
    "held: recv": (lambda: held().held.recv(1), "network: recv"),
    "held: shutdown": (lambda: held().held.shutdown(socket.SHUT_RDWR), "network: shutdown"),
    "held: as a file": (written_by_file, "network: send"),
    "held: sendfile": (sent_file, "network: sendfile"),
    "secured": (secured, "network: "),
    "stream of asyncio": (by_stream, "network: "),
    "loop of asyncio": (by_loop, "network: connect"),
    "http.client": (lambda: http.client.HTTPConnection("127.0.0.1", held().port).request("GET", "/"), "network: "),
    "urllib": (lambda: urllib.request.urlopen(url(), timeout=1), "network: "),  # noqa: S310
    "httpx": (lambda: httpx2.get(url(), timeout=1), "network: "),
    "requests": (lambda: requests.get(url(), timeout=1), "network: "),
    "httpx, async": (lambda: asyncio.run(httpx2.AsyncClient(timeout=1).get(url())), "network: "),
    "swallowed": (swallowed(lambda: httpx2.post(url(), timeout=1), lambda: held().held.sendall(b"x")), "network: "),
    "SMTP": (lambda: smtplib.SMTP("127.0.0.1", held().port, timeout=1), "e-mail: smtplib"),
    "mail by SMTP": (lambda: EmailBackend("127.0.0.1").send_messages([EmailMessage("s")]), "e-mail: send_messages"),
    "client of the cache": (lambda: cache._cache.get_client().set("hell", 1), "network: "),
    "client of redis": (lambda: redis.Redis.from_url(cache._servers[0]).publish("hell", "x"), "network: "),
}  # fmt: skip


def served_by_the_server():
    connection.ensure_connection()
    with ServerCursor(connection.connection, "hell") as cursor:
        cursor.execute("SELECT nextval('migration_harness_comparison_id_seq')")
        cursor.fetchall()


async def connected_async():
    await AsyncConnection.connect(**held().parameters)


PAST_DJANGO = {
    "connection of its own": (lambda: psycopg.connect(**held().parameters).execute(WRITE), "connection: "),
    "connection of its own, by its class": (
        lambda: psycopg.Connection.connect(**held().parameters).execute(WRITE), "connection: ",
    ),
    "connection of its own, async": (lambda: asyncio.run(connected_async()), "connection: "),
    "connection of its own, swallowed": (
        swallowed(lambda: psycopg.connect(**held().parameters, autocommit=True).execute(WRITE)), "connection: ",
    ),
    "held: write": (lambda: held().driver.execute(WRITE), "connection: "),
    "held: read": (lambda: held().driver.execute("SELECT 1"), "connection: "),
    "held: cursor": (lambda: held().driver.cursor().executemany(WRITE, [()]), "connection: "),
    "held: copy": (lambda: held().driver.cursor().copy("COPY caller_notes FROM STDIN").__enter__(), "connection: "),
    "held: close": (lambda: held().driver.close(), "connection: close"),
    "held: transaction": (lambda: held().driver.transaction().__enter__(), "connection: transaction"),
    "held: pipeline": (lambda: held().driver.pipeline().__enter__(), "connection: pipeline"),
    "cursor of the server": (served_by_the_server, "database: "),
    "driver's transaction": (lambda: connection.connection.transaction().__enter__(), "connection: transaction"),
    "driver's pipeline": (lambda: connection.connection.pipeline().__enter__(), "connection: pipeline"),
    "driver's autocommit": (lambda: connection.connection.set_autocommit(False), "connection: set_autocommit"),
    "driver's isolation": (
        lambda: connection.connection.set_isolation_level(psycopg.IsolationLevel.SERIALIZABLE),
        "connection: set_isolation_level",
    ),
    "driver's notifications": (lambda: next(connection.connection.notifies(timeout=0)), "connection: notifies"),
    "driver's two phases": (lambda: connection.connection.tpc_begin("hell"), "connection: tpc_begin"),
    "SQLite": (lambda: sqlite3.connect(held().path + ".sqlite"), "file: sqlite3"),
}  # fmt: skip


def by_pool():
    with current_app.producer_pool.acquire(block=True) as producer:
        producer.publish({}, routing_key="hell")


def by_kombu():
    with Connection(current_app.conf.broker_url) as made, made.SimpleQueue("hell") as queue:
        queue.put({})


def by_channel():
    with Connection(current_app.conf.broker_url) as made:
        channel = made.default_channel
        channel.basic_publish(channel.prepare_message("{}"), exchange="", routing_key="hell")


ELSEWHERE = ("task: ", "network: ")
"""A connection that is made for it is refused before anything is published."""


PUBLISHING = {
    "chord": (lambda: chord([task.si()], task.si()).apply_async(), "task: "),
    "chunks": (lambda: task.chunks([()], 1).apply_async(), "task: "),
    "map": (lambda: task.map([()]).apply_async(), "task: "),
    "stamped": (lambda: group(task.si()).apply_async(), "task: "),
    "producer of the pool": (by_pool, "task: publish"),
    "kombu": (by_kombu, ELSEWHERE),
    "kombu's channel": (by_channel, ELSEWHERE),
    "queue declared": (lambda: Queue("hell", channel=current_app.connection().default_channel).declare(), ELSEWHERE),
    "queue emptied": (lambda: current_app.control.purge(), ELSEWHERE),
    "broadcast": (lambda: current_app.control.broadcast("hell"), ELSEWHERE),
    "revoked": (lambda: current_app.control.revoke("hell"), ELSEWHERE),
}  # fmt: skip


def by_signal():
    receiver = lambda **_: write()  # noqa: E731  A receiver of the host's that writes.
    post_init.connect(receiver, sender=Plan, weak=False, dispatch_uid="hell")
    try:
        Plan(name="made under guard")
    finally:
        post_init.disconnect(sender=Plan, dispatch_uid="hell")


def session_in_cache():
    session = CachedSession()
    session["hell"] = 1
    session.save()


def set_environment():
    os.environ["HELL"] = "1"


HOST = {
    "model": (lambda: Plan.objects.create(name="hell", included_credits=1), "database: insert"),
    "many models": (lambda: Plan.objects.bulk_create([Plan(name="hell", included_credits=1)]), "database: insert"),
    "update": (lambda: Plan.objects.update(included_credits=1), "database: update"),
    "delete": (lambda: Plan.objects.all()._raw_delete("default"), "database: delete"),
    "receiver that writes": (by_signal, "database: insert"),
    "session": (lambda: SessionStore().create(), "database: insert"),
    "session in the cache": (session_in_cache, "cache: "),
    "named storage": (lambda: storages["default"].save("hell", ContentFile(b"x")), "storage: save"),
    "task done here": (lambda: task_that_writes(), "database: insert"),
    "environment": (set_environment, "environment: __setitem__"),
    "environment, changed": (lambda: os.environ.update(HELL="1"), "environment: "),
    "environment, less": (lambda: os.environ.pop("PATH"), "environment: "),
    "environment of C": (lambda: os.putenv("HELL", "1"), "environment: putenv"),
    "folder": (lambda: os.chdir("/"), "process: chdir"),
    "mask": (lambda: os.umask(0), "process: umask"),
    "niceness": (lambda: os.nice(1), "process: nice"),
}  # fmt: skip


def task_that_writes():
    current_app.task(write, name="tests.hell_writes", shared=False).apply(throw=True)


OUTSIDERS = {"network": NETWORK, "past Django": PAST_DJANGO, "publishing": PUBLISHING, "host": HOST}
