"""One client's connection: buffered both ways, ended where it is too slow, and no thread ever waits for it."""

import socket
import threading
from contextlib import contextmanager

import pytest
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from igny8_core.web import patience
from igny8_core.web.server import OTHER_SOCKETS, listen
from tests.waiting import PATIENCE_SECONDS, until

TOO_SLOW = b"HTTP/1.1 408 Request Timeout"
LARGE = 16 * 1024**2
"""More than a kernel keeps for a client that does not read."""
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: h\r\n"


class Served:
    """An application behind a socket, with two threads, in this process."""

    def __init__(self, application, *, limit):
        self._application = application
        self.asked = []
        self.looks = 0
        self.bound = socket.create_server(("127.0.0.1", 0))
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(2)
        adjustments = Adjustments(
            cleanup_interval=0, connection_limit=limit + OTHER_SOCKETS, outbuf_high_watermark=1024**3, ident=""
        )
        self.sockets = {}
        self.listening = listen(self.bound, self._answer, lanes=dispatcher, adjustments=adjustments, map=self.sockets)

    def client(self, sends=b""):
        client = socket.create_connection(self.bound.getsockname(), timeout=PATIENCE_SECONDS)
        client.sendall(sends)
        return client

    def go_on(self):
        """Until it is looked at everybody three times more."""
        enough = self.looks + 3
        until(lambda: self.looks >= enough)

    def _answer(self, environ, start_response):
        body = environ["wsgi.input"].read()
        self.asked.append((environ.get("CONTENT_LENGTH"), body))
        answer = self._application()
        start_response("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]


@contextmanager
def served(application=lambda: b"answer", *, limit=100):
    it = Served(application, limit=limit)
    over = threading.Event()

    def loop():
        while not over.is_set():
            wasyncore.loop(timeout=0.02, use_poll=True, map=it.sockets, count=1)
            it.looks += 1

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield it
    finally:
        over.set()
        thread.join()
        wasyncore.close_all(it.sockets)


def everything(client):
    """What a client is sent until the connection ends."""
    got = b""
    try:
        while more := client.recv(1024**2):
            got += more
    except ConnectionResetError:
        pass
    return got


def answers(client, times=1):
    """Wait for so many answers; False where the connection ends before."""
    got = b""
    while got.count(b"answer") < times:
        if not (more := client.recv(1024**2)):
            return False
        got += more
    return True


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.2)


@pytest.mark.usefixtures("impatient")
class TestSlowClient:
    @pytest.mark.parametrize("sends", [b"", GET, b"\r\n\r\n"], ids=["at all", "after an answer", "but empty lines"])
    def test_that_says_nothing_is_let_go(self, sends):
        with served() as it, it.client(sends) as client:
            assert TOO_SLOW not in everything(client)

    @pytest.mark.parametrize(
        "sends",
        [
            b"GET / HT",
            GET[:-2],
            GET + GET[:-2],
            POST + b"Content-Length: 3\r\n\r\nab",
            POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
            POST + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n",
        ],
        ids=["line", "head", "second head", "body", "chunks", "body that it announced"],
    )
    def test_is_told_where_its_request_is_not_whole(self, sends):
        with served() as it, it.client(sends) as client:
            assert TOO_SLOW in everything(client)
            assert it.asked == [(None, b"")] * (sends.count(b"\r\n\r\n") if sends.startswith(GET) else 0)

    def test_that_takes_no_answer_is_let_go_and_no_thread_waits_for_it(self):
        with served(lambda: b"x" * LARGE) as it, it.client(GET) as client:
            until(lambda: it.asked)
            until(lambda: not it.listening.active_channels)
            assert len(everything(client)) < LARGE

    def test_holds_no_thread_however_many_there_are(self):
        with served(lambda: b"x" * LARGE) as it:
            slow = [it.client(GET) for _ in range(5)]
            until(lambda: len(it.asked) == 5)
            for client in slow:
                client.close()

    def test_is_we_ourselves_while_a_thread_works(self):
        may_answer = threading.Event()

        def answer():
            may_answer.wait()
            return b"answer"

        with served(answer) as it, it.client(GET) as client:
            until(lambda: it.asked)
            until(lambda: it.looks * 0.02 > 5 * patience.SECONDS)
            may_answer.set()
            assert everything(client).endswith(b"answer")


class TestConnection:
    @pytest.mark.parametrize(
        "sends",
        [
            POST + b"Content-Length: 6\r\n\r\nabcdef",
            POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n",
        ],
        ids=["of a length", "in chunks"],
    )
    def test_has_a_body_whole_before_a_thread_sees_it(self, sends):
        with served() as it, it.client() as client:
            for number in range(len(sends)):
                assert it.asked == []
                client.sendall(sends[number : number + 1])
            until(lambda: it.asked)
            assert it.asked == [("6", b"abcdef")]

    def test_has_its_next_request_answered_when_the_answer_before_was_taken(self):
        with served(lambda: b"x" * LARGE) as it, it.client(3 * GET) as client:
            until(lambda: it.asked)
            it.go_on()
            assert len(it.asked) == 1
            client.shutdown(socket.SHUT_WR)
            taken = 0
            while taken < 3 * LARGE and (more := client.recv(1024**2)):
                taken += len(more)
            assert (len(it.asked), taken > 3 * LARGE - 1024) == (3, True)

    def test_has_many_requests_answered_that_came_in_one_go(self):
        with served() as it, it.client(50 * GET) as client:
            assert answers(client, times=50)
            assert len(it.asked) == 50


class TestServer:
    def test_has_room_for_one_more_and_cuts_the_slowest(self):
        with served(limit=3) as it:
            first, *others = [it.client(GET[:-2]) for _ in range(3)]
            # The third has taken the last place.
            assert everything(first) == b""
            with it.client(GET) as client:
                assert answers(client)
            for other in others:
                other.close()

    def test_lets_go_in_the_end_whom_it_owes_nothing_and_answers_who_has_asked(self):
        may_answer = threading.Event()

        def answer():
            may_answer.wait()
            return b"answer"

        with served(answer) as it, it.client() as idle, it.client(GET) as asking:
            until(lambda: it.asked and len(it.listening.active_channels) == 2)
            assert it.listening.finish() == 1
            assert everything(idle) == b""
            may_answer.set()
            assert answers(asking)
            until(lambda: it.listening.finish() == 0)
