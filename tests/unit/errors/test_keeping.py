"""Which events are counted, by which name, and what is never kept of them."""

import logging
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog

from igny8_core.structured_logging import logging_config
from migration_harness.errors import keeping, reporter, writing
from migration_harness.errors.counts import MOST, OTHERS, Counts, Named

SECRET = "sk-proj-0123456789abcdef"
CUSTOMER = "Blue Harbour, jane@example.com"


@pytest.fixture
def counts(monkeypatch):
    """What is counted in this test alone."""
    made = reporter.Reporter()
    monkeypatch.setattr(reporter, "_reporter", made)
    return made.counts


@pytest.fixture
def chain(counts):
    """Loggers of both kinds as the service configures them."""
    config = logging_config(json=True, level="INFO")["formatters"]["structlog"]
    with Path(os.devnull).open("w") as nowhere:
        handler = logging.StreamHandler(nowhere)
        handler.setFormatter(structlog.stdlib.ProcessorFormatter(**{k: v for k, v in config.items() if k != "()"}))
        log = logging.Logger("shop")  # noqa: LOG001  Nobody else is to have it.
        log.addHandler(handler)
        both = structlog.wrap_logger(
            log,
            processors=structlog.get_config()["processors"],
            wrapper_class=structlog.stdlib.BoundLogger,
        )
        yield SimpleNamespace(stdlib=log, structlog=both, handler=handler)


def taken(counts):
    seen, lost = counts.take()
    return {tuple(named): each.times for named, each in seen.items()}, lost


def everything(counts):
    return repr(counts.take())


def fail(text):
    raise ValueError(text)


class TestEvents:
    @pytest.mark.parametrize("level", ["error", "critical", "exception", "fatal"])
    def test_of_structlog_count_from_error_on(self, chain, counts, level):
        getattr(chain.structlog, level)("shop.payment_failed")
        assert taken(counts) == ({("shop.payment_failed", "shop"): 1}, 0)

    @pytest.mark.parametrize("level", ["debug", "info", "warning"])
    def test_below_error_do_not_count(self, chain, counts, level):
        getattr(chain.structlog, level)("shop.payment_failed")
        getattr(chain.stdlib, level)("Payment failed")
        assert taken(counts) == ({}, 0)

    @pytest.mark.parametrize("level", ["error", "critical", "exception", "fatal"])
    def test_of_logging_count_from_error_on(self, chain, counts, level):
        getattr(chain.stdlib, level)("Payment %s failed", 17)
        assert taken(counts) == ({("Payment %s failed", "shop"): 1}, 0)

    def test_of_logging_count_once_however_many_handlers_show_them(self, chain, counts):
        second = logging.StreamHandler(chain.handler.stream)
        second.setFormatter(chain.handler.formatter)
        chain.stdlib.addHandler(second)
        for _ in range(3):
            chain.stdlib.error("Payment failed")
        assert taken(counts) == ({("Payment failed", "shop"): 3}, 0)

    def test_pass_as_they_are(self, counts):
        event = {"event": "shop.payment_failed", "amount": 3}
        assert keeping.keep_errors(None, "error", event) is event
        assert event == {"event": "shop.payment_failed", "amount": 3}

    def test_tell_class_and_place_of_their_error(self, chain, counts):
        try:
            fail(SECRET)
        except ValueError:
            chain.structlog.exception("shop.payment_failed", request_id="0" * 32)
        ((seen,), _) = [list(each.values()) if isinstance(each, dict) else each for each in counts.take()]
        line = fail.__code__.co_firstlineno + 1
        assert seen.sample == f"ValueError in {__name__}.fail, line {line}, request {'0' * 32}"


class TestSecrets:
    @pytest.mark.parametrize("text", [SECRET, CUSTOMER])
    @pytest.mark.parametrize(
        "say",
        [
            lambda log, std, text: log.error(f"refused {text}"),  # noqa: G004
            lambda log, std, text: log.error(text),
            lambda log, std, text: log.error("shop.refused", key=text, request_id=text),
            lambda log, std, text: log.error("shop.refused %s", text),
            lambda log, std, text: log.error(ValueError(text)),
            lambda log, std, text: std.error(f"refused {text}"),
            lambda log, std, text: std.error("refused %s", text),
            lambda log, std, text: std.error(f"refused {text}: %s", 3),
            lambda log, std, text: std.error(ValueError(text)),
            lambda log, std, text: std.error({"key": text}),
            lambda log, std, text: std.error("refused", extra={"request_id": text}),
            lambda log, std, text: log.error("shop.refused", exc_info=ValueError(text)),
            lambda log, std, text: log.error("shop.refused", exc_info=(ValueError, ValueError(text), None)),
        ],
        ids=["f-string", "text", "fields", "positional", "error", "record f-string", "record args", "record both",
             "record error", "record dict", "record extra", "exc_info", "exc_info triple"],
    )  # fmt: skip
    def test_are_in_nothing_that_is_kept(self, chain, counts, say, text):
        # Not a constant of this frame: a parameter.
        say(chain.structlog, chain.stdlib, text)
        assert counts
        assert text not in everything(counts)

    def test_of_a_raised_error_are_not_kept_either(self, chain, counts):
        try:
            fail(SECRET)
        except ValueError:
            chain.structlog.exception("shop.refused")
            chain.stdlib.exception("refused")
        assert SECRET not in everything(counts)


class TestNames:
    def test_are_places_where_the_text_is_made_by_the_call(self, chain, counts):
        for number in range(50):
            chain.structlog.error(f"order {number} failed")
            chain.stdlib.error(f"order {number} failed")
        found, _ = taken(counts)
        assert (sorted(found.values()), {logger for _, logger in found}) == ([50, 50], {"shop"})
        assert {event.rpartition(".")[2] for event, _ in found} == {
            "test_are_places_where_the_text_is_made_by_the_call"
        }

    def test_beyond_what_is_told_apart_are_others(self):
        counts = Counts()
        for number in range(MOST + 7):
            counts.count(Named(f"event {number}", "shop"), level="error", sample="")
        seen, _ = counts.take()
        assert (len(seen), seen[OTHERS].times) == (MOST + 1, 7)

    @pytest.mark.parametrize("name", ["a b", "x\n2026 error", "\x1b[31m", "", None, 3, "jane@example.com"])
    def test_of_loggers_are_those_of_modules(self, counts, name):
        keeping.keep_errors(None, "error", {"event": "shop.refused", "logger": name})
        assert taken(counts) == ({("shop.refused", ""): 1}, 0)

    @pytest.mark.parametrize("event", [None, 3, b"bytes", ["list"], {}], ids=str)
    def test_of_what_is_no_text_are_places(self, counts, event):
        keeping.keep_errors(None, "error", {"event": event})
        (named,) = taken(counts)[0]
        assert named[0].startswith(__name__)


class Odd:
    """An object of a host, which fails whatever is asked."""

    def __getattribute__(self, name):
        raise RuntimeError(name)


class TestFaults:
    @pytest.mark.parametrize(
        "event", [{"_record": Odd()}, {"event": "x", "exc_info": Odd()}, {}], ids=["record", "exception", "nothing"]
    )
    def test_of_the_counting_break_nothing(self, counts, event):
        assert keeping.keep_errors(None, "error", event) is event

    def test_of_the_naming_are_counted_as_lost(self, counts, monkeypatch):
        monkeypatch.setattr(keeping, "name_of", lambda _: 1 / 0)
        keeping.keep_errors(None, "error", {"event": "x"})
        assert taken(counts) == ({}, 1)

    def test_of_the_writing_are_not_counted(self, counts, monkeypatch):
        """Else each failure to write an error would be an error to write."""
        log = structlog.wrap_logger(
            None, processors=[keeping.keep_errors, lambda *_: (_ for _ in ()).throw(structlog.DropEvent)]
        )

        def write(*_, **__):
            log.error("driver.broken")
            raise OSError

        monkeypatch.setattr(reporter, "write", write)
        counts.count(Named("shop.refused", "shop"), level="error", sample="")
        assert [reporter.flush(), reporter.flush()] == [False, False]
        assert taken(counts) == ({("shop.refused", "shop"): 1}, 0)


class TestEnd:
    def test_waits_for_what_is_being_written(self, counts, monkeypatch):
        """What the thread has taken to write waits nowhere else: a process that ended now would lose it."""
        begun, go_on, written = threading.Event(), threading.Event(), []

        def write(seen, **_):
            begun.set()
            assert go_on.wait(60)
            written.extend(seen)
            return writing.Beat(at=None, ns=0)

        monkeypatch.setattr(reporter, "write", write)
        counts.count(Named("x", ""), level="error", sample="")
        writer = threading.Thread(target=reporter.flush)
        writer.start()
        assert begun.wait(60)
        end = threading.Thread(target=lambda: (reporter.leave(), written.append("left")))
        end.start()
        end.join(0.2)
        go_on.set()
        end.join(60)
        writer.join(60)
        assert written == [Named("x", ""), "left"]


class TestThreads:
    def test_count_every_error_together(self, chain, counts):
        barrier = threading.Barrier(8)

        def fail_often():
            barrier.wait()
            for _ in range(100):
                chain.structlog.error("shop.payment_failed")
                chain.stdlib.error("Payment failed")

        threads = [threading.Thread(target=fail_often) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert taken(counts) == ({("shop.payment_failed", "shop"): 800, ("Payment failed", "shop"): 800}, 0)

    def test_lose_nothing_while_another_takes(self, counts):
        total, stop = [], threading.Event()

        def take():
            while not stop.is_set():
                total.append(sum(each.times for each in counts.take()[0].values()))

        taker = threading.Thread(target=take)
        taker.start()
        for _ in range(2_000):
            counts.count(Named("x", ""), level="error", sample="")
        stop.set()
        taker.join()
        total.append(sum(each.times for each in counts.take()[0].values()))
        assert sum(total) == 2_000


class TestFork:
    def test_leaves_the_parents_errors_to_the_parent(self, counts):
        counts.count(Named("x", ""), level="error", sample="")
        read, write = os.pipe()
        if (pid := os.fork()) == 0:
            os.write(write, repr(bool(reporter.counts())).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        assert (os.read(read, 10), bool(counts)) == (b"False", True)

    def test_in_the_middle_of_a_count_locks_nobody_out(self, counts):
        with reporter._reporter._flushing, counts._counting:
            if (pid := os.fork()) == 0:
                keeping.keep_errors(None, "error", {"event": "x"})
                os._exit(0 if reporter.counts() else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
