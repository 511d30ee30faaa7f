"""All that a side effect would change for others, seen from outside the caller's connection."""

import os
import shutil

import psycopg
import redis
from celery import current_app
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.db import connection

from migration_harness.models import Epoch

from . import listener

CACHES = ("file", "memory")
fired = []
"""What callbacks and finished work leave behind; a side effect within the process."""


class World:
    def __init__(self, folder):
        self.folder = folder
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory"), parameters.pop("context")
        self.observer = psycopg.connect(**parameters, autocommit=True)
        self.observer.execute("CREATE TABLE IF NOT EXISTS caller_notes (note text)")
        self.observer.execute("LISTEN hell")
        self.queue = current_app.connection_for_write()
        # Django makes a client of Redis for each look, which takes longer than to look.
        self.redis = redis.Redis.from_url(settings.REDIS_URL)
        self.kept = caches["default"].make_and_validate_key("hell")
        self.listener = listener.open_for(folder, parameters)

    def close(self):
        self.listener.close()
        self.observer.execute("DROP TABLE caller_notes")
        self.observer.close()
        self.queue.release()
        self.redis.close()

    def clear(self):
        self.observer.execute("TRUNCATE caller_notes")
        list(self.observer.notifies(timeout=0))
        self.redis.delete(self.kept)
        for name in CACHES:
            caches[name].delete("hell")
        for each in self.folder.iterdir():
            if each.name != "cache":
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        mail.outbox.clear()
        fired.clear()
        self.listener.heard()

    def notes(self):
        return [note for (note,) in self.observer.execute("SELECT note FROM caller_notes ORDER BY ctid").fetchall()]

    def seen(self):
        # Of this database alone: another one may belong to tests that run beside these.
        here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
        locks = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"
        return {
            "notified": [each.payload for each in self.observer.notifies(timeout=0)],
            "locked": self.observer.execute(locks).fetchone(),
            "epoch": [value for (value,) in self.observer.execute(f"SELECT value FROM {Epoch._meta.db_table}")],
            "cached": [self.redis.get(self.kept), *(caches[name].get("hell") for name in CACHES)],
            "mailed": len(mail.outbox),
            "stored": default_storage.exists("hell"),
            "files": sorted(each.name for each in self.folder.iterdir() if each.name != "cache"),
            "published": self.queue.default_channel._size("hell"),
            "fired": list(fired),
            "heard": self.listener.heard(),
            "environment": "HELL" in os.environ,
        }
