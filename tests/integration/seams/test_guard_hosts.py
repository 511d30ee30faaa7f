"""What a host brings along: subclasses, settings, imports, logs, the standard library's ways to a file."""

import importlib
import logging
import logging.handlers
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from celery import Celery, current_app
from django.core import mail
from django.core.cache.backends.locmem import LocMemCache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from migration_harness.api import refuse_side_effect
from migration_harness.seams.sides import observe_guarded

from .neighbours import callback, swallowed, task, write
from .world import fired


class Cache(LocMemCache):
    def set(self, *args, **kwargs):
        fired.append("set")


class Message(mail.EmailMessage):
    def send(self, fail_silently=False):
        fired.append("send")


class Backend(EmailBackend):
    def send_messages(self, messages):
        fired.append("send_messages")


class Store(FileSystemStorage):
    def save(self, name, content, max_length=None):
        fired.append("save")


class App(Celery):
    def send_task(self, *args, **kwargs):
        fired.append("send_task")


class Database(DatabaseWrapper):
    def on_commit(self, func, robust=False):
        func()


@pytest.fixture(autouse=True)
def _nothing_fired():
    fired.clear()


def blocked(side):
    return observe_guarded(side, (), {})[3]


class TestSubclassThatOverrides:
    @pytest.mark.parametrize(
        ("side", "effect"),
        [
            (lambda: Cache("mine", {}).set("hell", 1), "cache: set"),
            (lambda: Message("s").send(), "e-mail: send"),
            (lambda: Backend().send_messages([]), "e-mail: send_messages"),
            (lambda: Store().save("hell", ContentFile(b"x")), "storage: save"),
            (lambda: App("mine", set_as_current=False).send_task("x"), "task: send_task"),
            (lambda: Database(connection.settings_dict, "mine").on_commit(callback), "on_commit"),
        ],
        ids=["cache", "mail", "mail backend", "storage", "celery", "database"],
    )
    def test_does_not_get_past_the_guard(self, side, effect, world):
        assert blocked(side) == effect
        assert fired == []

    def test_is_itself_outside_of_a_guard(self):
        Message("s").send()
        assert fired == ["send"]


class TestEagerMode:
    @pytest.fixture(autouse=True)
    def _eager(self):
        current_app.conf.task_always_eager = True
        yield
        current_app.conf.task_always_eager = False

    def test_is_publishing_all_the_same(self):
        for publish in (task.delay, task.apply_async, task.si().apply_async, (task.si() | task.si()).apply_async):
            assert blocked(publish).startswith("task: ")
        assert fired == []


class TestProvider:
    def test_is_named_by_the_first_attempt(self):
        first = swallowed(lambda: refuse_side_effect("provider: a"), lambda: refuse_side_effect("provider: b"))
        assert blocked(first) == "provider: a"


class TestFiles:
    @pytest.mark.parametrize(
        "touch",
        [
            lambda path: open(path, "w"),  # noqa: PTH123, SIM115  A builtin, as the side calls it.
            lambda path: path.write_text("x"),
            lambda path: os.open(path, os.O_WRONLY | os.O_CREAT),
            lambda path: path.mkdir(),
            lambda path: path.symlink_to("/"),
            lambda path: tempfile.mkdtemp(dir=path.parent),
            lambda path: tempfile.NamedTemporaryFile(dir=path.parent),  # noqa: SIM115
            lambda path: shutil.copy(__file__, path),
        ],
        ids=["open", "write_text", "os.open", "mkdir", "symlink", "mkdtemp", "temporary", "copy"],
    )
    def test_are_not_made(self, touch, tmp_path):
        assert blocked(lambda: touch(tmp_path / "hell")).startswith("file: ")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "touch",
        [Path.unlink, os.remove, lambda path: path.rename(path.with_name("x")), lambda path: os.truncate(path, 0),
         lambda path: path.chmod(0), lambda path: shutil.rmtree(path.parent), lambda path: path.open("a")],
        ids=["unlink", "remove", "rename", "truncate", "chmod", "rmtree", "append"],
    )  # fmt: skip
    def test_are_not_changed(self, touch, tmp_path):
        path = tmp_path / "there"
        path.write_text("x")
        before = path.stat()
        assert blocked(lambda: touch(path)).startswith("file: ")
        assert (path.stat().st_mode, path.read_text()) == (before.st_mode, "x")

    def test_are_removed_safely_outside_of_a_guard(self):
        assert shutil.rmtree.avoids_symlink_attacks
        assert {os.open, os.unlink, os.rmdir} <= os.supports_dir_fd


class TestWhatASideNeeds:
    def test_is_to_import_modules(self, tmp_path, monkeypatch):
        (tmp_path / "imported_under_guard.py").write_text("import os\nos.environ['HELL_IMPORTED'] = '1'\nanswer = 42\n")
        monkeypatch.setenv("HELL_IMPORTED", "")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        observed = observe_guarded(lambda: importlib.import_module("imported_under_guard").answer, (), {})
        assert (observed[0], observed[3]) == (42, None)
        assert list((tmp_path / "__pycache__").iterdir()) != []

    def test_is_to_log_into_a_file_that_rotates(self, tmp_path):
        handler = logging.handlers.RotatingFileHandler(tmp_path / "log", maxBytes=1, backupCount=2, delay=True)
        log = logging.getLogger("tests.hell")
        log.addHandler(handler)
        try:
            assert blocked(lambda: [log.error("x") for _ in range(4)]) is None
        finally:
            log.removeHandler(handler)
            handler.close()
        assert sorted(each.name for each in tmp_path.iterdir()) == ["log", "log.1", "log.2"]

    def test_is_standard_error(self, capfd):
        assert blocked(lambda: os.write(2, b"x")) is None
        assert capfd.readouterr().err == "x"


class TestOutsideOfAGuard:
    def test_everything_goes_on(self, world):
        observe_guarded(swallowed(write), (), {})
        write()
        callback()
        assert (world.notes(), fired) == (["of the side"], ["on_commit"])
