"""Notices arrive, once each, whatever the receiver does meanwhile."""

import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core import mail
from django.core.mail.backends import locmem
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time

from migration_harness.api import verify_webhook
from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices import delivering, lanes, posting
from migration_harness.rollout.notices.posting import NotAnswered, post
from migration_harness.rollout.notices.receivers import Endpoint, receivers
from migration_harness.secret import Secret
from tests import receiver as receivers_of_tests
from tests.receiver import SECRET, Receiver, hangs_in_the_body, hangs_up, says, says_nothing, status
from tests.waiting import PATIENCE_SECONDS, until

from .conftest import beat, deliveries, later

BAD = {
    "answers 500": (status(500), "answered 500"),
    "answers 404": (status(404), "answered 404"),
    "answers 410": (status(410), "answered 410"),
    "redirects": (status(302, Location="/elsewhere"), "answered 302, and redirects are not followed"),
    "redirects for good": (
        status(308, Location="https://example.com/"),
        "answered 308, and redirects are not followed",
    ),
    "hangs up": (hangs_up, "Server disconnected without sending a response."),
    "speaks no HTTP": (receivers_of_tests.speaks_no_http, ""),
    "says nothing": (says_nothing, "no answer within 1 s"),
}
"""What a receiver may do instead of taking a notice, and what is said of it."""
HANGING = {
    "says nothing": says_nothing,
    "hangs in the head": receivers_of_tests.hangs_in_the_head,
    "trickles a head": receivers_of_tests.trickles_a_head,
}


def endpoint(receiver):
    return Endpoint(url=receiver.url, host="127.0.0.1", is_here=True)


def send(receiver, *, seconds=0.2, most_bytes=0):
    where = receiver if isinstance(receiver, Endpoint) else endpoint(receiver)
    return post(where, secrets=(Secret(SECRET),), key="k", at=1, body=b"{}", seconds=seconds, most_bytes=most_bytes)


class TestANotice:
    def test_arrives_signed_and_once(self, by_webhook, told):
        told(step="5 %")
        for _ in range(3):
            beat()
        (came,) = by_webhook.came
        notice = Notice.objects.get()
        assert verify_webhook(secret=SECRET, headers=came.headers, body=came.body) == str(notice.key)
        assert came.content == {
            "type": "rolled_back",
            "timestamp": notice.at.isoformat(),
            "data": {
                "subject": "model-based-credits",
                "sentence": "It was rolled back.",
                "details": {"step": "5 %"},
            },
        }
        assert came.headers["content-type"] == "application/json"
        assert deliveries() == [("webhook", "", "delivered", 1)]

    @pytest.mark.parametrize("name", BAD)
    def test_arrives_once_when_the_receiver_is_back(self, by_webhook, told, name):
        behaviour, why = BAD[name]
        by_webhook.does(behaviour)
        told()
        for _ in range(2):
            beat()
        delivery = NoticeDelivery.objects.get()
        assert (delivery.state, delivery.attempts, why in delivery.answer) == ("waiting", 2, True), delivery.answer
        tried = len(by_webhook.came)
        by_webhook.does(status(200))
        for _ in range(3):
            beat()
        assert deliveries() == [("webhook", "", "delivered", 3)]
        assert len(by_webhook.came) == tried + 1
        # One id for all attempts: what had come although it was not answered is dropped by it.
        assert set(by_webhook.keys) == {str(Notice.objects.get().key)}
        assert {each.path for each in by_webhook.came} == {"/hooks/0123-as-good-as-a-password"}

    def test_arrives_when_a_receiver_that_was_down_is_up(self, db, say, told):
        with Receiver() as gone:
            say(url=gone.url)
        told()
        beat()
        assert deliveries() == [("webhook", "", "waiting", 1)]
        with Receiver() as back:
            say(url=back.url)
            beat()
            assert len(back.came) == 1
        assert deliveries() == [("webhook", "", "delivered", 2)]

    @pytest.mark.parametrize("behaviour", [hangs_in_the_body, receivers_of_tests.endless_body, says(b"x" * 10**6)])
    def test_has_arrived_where_the_status_says_so_whatever_comes_then(self, by_webhook, told, behaviour):
        by_webhook.does(behaviour)
        told()
        beat()
        assert deliveries() == [("webhook", "", "delivered", 1)]

    def test_is_not_tried_before_its_pause_is_over(self, by_webhook, told):
        by_webhook.does(status(500))
        told()
        for _ in range(3):
            lanes.deliver_all()
        assert (len(by_webhook.came), deliveries()) == (1, [("webhook", "", "waiting", 1)])

    def test_has_the_same_bytes_at_each_attempt_and_a_time_of_its_own(self, by_webhook, told, freezer_times):
        by_webhook.does(status(500))
        told(b=1, a="ä")
        for _ in range(2):
            next(freezer_times)
            beat()
        first, second = by_webhook.came
        assert first.body == second.body
        assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 60
        for each, seconds in ((first, 0), (second, 60)):
            now = freezer_times.begin + seconds
            assert verify_webhook(secret=SECRET, headers=each.headers, body=each.body, now=now)

    def test_is_signed_by_the_old_secret_too_while_one_is_replaced(self, by_webhook, told, say):
        new = "whsec_" + "A" * 40
        say(url=by_webhook.url, secret=[new, SECRET])
        told()
        beat()
        (came,) = by_webhook.came
        for secret in (new, SECRET):
            assert verify_webhook(secret=secret, headers=came.headers, body=came.body)

    def test_of_before_the_webhook_was_set_is_not_sent_to_it(self, db, say, told, receiver):
        say()
        told()
        beat()
        say(url=receiver.url)
        beat()
        assert (receiver.came, deliveries()) == ([], [])

    def test_waits_while_the_settings_are_wrong(self, by_webhook, say, told):
        say(url="ftp://example.com/")
        told()
        with pytest.raises(Exception, match="confirm_url|url"):
            lanes.deliver_all()
        say(url=by_webhook.url)
        beat()
        assert len(by_webhook.came) == 1


@pytest.fixture
def freezer_times():
    """Minutes that go by with each ``next``."""

    class Times:
        begin = 1_790_000_000

        def __init__(self):
            self._minutes = 0

        def __next__(self):
            frozen.move_to(datetime.fromtimestamp(self.begin + 60 * self._minutes, UTC))
            self._minutes += 1

    with freeze_time(datetime.fromtimestamp(Times.begin, UTC)) as frozen:
        yield Times()


class TestOneReceiver:
    """Holds up nobody else."""

    def test_that_does_not_take_one_notice_gets_the_others(self, by_webhook, told):
        def dislikes_the_first(handler):
            (status(500) if b"poison" in by_webhook.came[-1].body else status(200))(handler)

        by_webhook.does(dislikes_the_first)
        for subject in ("poison", "b", "c", "d"):
            told(subject=subject)
        for _ in range(3):
            lanes.deliver_all()
        states = NoticeDelivery.objects.order_by("id").values_list("notice__subject", "state")
        assert list(states) == [("poison", "waiting"), ("b", "delivered"), ("c", "delivered"), ("d", "delivered")]

    def test_that_hangs_is_asked_once_a_time_however_many_wait(self, by_webhook, told):
        by_webhook.does(says_nothing)
        for _ in range(20):
            told()
        lanes.deliver_all()
        assert len(by_webhook.came) == 1
        by_webhook.does(status(200))
        by_webhook.release()
        beat()
        assert sorted(by_webhook.keys[1:]) == sorted(str(each.key) for each in Notice.objects.all())

    @pytest.mark.parametrize("name", HANGING)
    def test_that_hangs_is_left_at_the_end_of_its_time(self, receiver, name):
        receiver.does(HANGING[name])
        with pytest.raises(NotAnswered, match="no answer within"):
            send(receiver)

    def test_does_not_stop_the_mails(self, by_webhook, say, told):
        by_webhook.does(says_nothing)
        say(url=by_webhook.url, emails=["ada@example.com"])
        told()
        lanes.deliver_all()
        assert [each.to for each in mail.outbox] == [["ada@example.com"]]
        assert deliveries() == [("webhook", "", "waiting", 1), ("email", "ada@example.com", "delivered", 1)]


def others_in_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
class TestLanes:
    """As in production: threads of a worker's process, which the worker does not wait for."""

    @pytest.fixture(autouse=True)
    def _in_background(self, settings):
        settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
        yield
        lanes._wait_for_the_last()
        lanes._lanes.clear()

    def test_deliver_while_a_receiver_hangs(self, by_webhook, say, told):
        by_webhook.does(says_nothing)
        say(url=by_webhook.url, emails=["ada@example.com"], timeout_seconds=60)
        told()
        lanes.deliver_all()
        by_webhook.wait_for_one()
        # The task has returned, the mail is out, and the receiver has not answered yet.
        until(lambda: NoticeDelivery.objects.filter(channel="email", state="delivered").exists())
        assert NoticeDelivery.objects.get(channel="webhook").state == "waiting"
        until(lambda: others_in_a_transaction() == 0)
        told(subject="another")
        # A lane that is just ending leaves it to the next time.
        mails = NoticeDelivery.objects.filter(channel="email", state="delivered")
        until(lambda: lanes.deliver_all() or mails.count() == 2)
        by_webhook.does(status(200))
        by_webhook.release()
        hooks = NoticeDelivery.objects.filter(channel="webhook", state="delivered")
        until(lambda: beat() or hooks.count() == 2)
        # The first one was in hand when the receiver hung up, and came again under its id.
        assert len(set(by_webhook.keys)) == 2


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def at_once(self, receiver, act):
        """Have a second worker act while the first one waits for the receiver."""
        receiver.does(says_nothing)
        first = Thread(target=self._deliver)
        first.start()
        receiver.wait_for_one()
        receiver.does(status(200))
        act()
        receiver.release()
        first.join(PATIENCE_SECONDS)

    def _deliver(self):
        try:
            lanes.deliver_all()
        finally:
            connection.close()

    def test_send_one_notice_once(self, by_webhook, say, told):
        say(url=by_webhook.url, timeout_seconds=60)
        told()
        told(subject="another")
        self.at_once(by_webhook, self._deliver)
        assert sorted(by_webhook.keys) == sorted(str(each.key) for each in Notice.objects.all())

    def test_would_send_it_twice_without_the_claim(self, by_webhook, say, told, monkeypatch):
        monkeypatch.setattr(delivering, "_CLAIM_SECONDS", -3_600)
        say(url=by_webhook.url, timeout_seconds=60)
        told()
        self.at_once(by_webhook, self._deliver)
        assert len(by_webhook.keys) == 2

    def test_address_a_notice_once(self, say, told):
        say(emails=["a@example.com", "b@example.com"])
        for _ in range(5):
            told()
        workers = [Thread(target=self._deliver) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE_SECONDS)
        self._deliver()
        assert (NoticeDelivery.objects.count(), len(mail.outbox)) == (10, 10)


class TestAWorker:
    def test_that_is_killed_in_the_middle_leaves_it_to_the_next_when_its_claim_is_over(
        self, by_webhook, told, monkeypatch
    ):
        class Killed(BaseException):
            pass

        def die(*_, **__):
            raise Killed

        told()
        with monkeypatch.context() as dying, pytest.raises(Killed):
            dying.setattr(delivering, "send", die)
            lanes.deliver_all()
        beat()
        assert by_webhook.came == []
        NoticeDelivery.objects.update(claimed_until=timezone.now())
        beat()
        assert (len(by_webhook.came), deliveries()) == (1, [("webhook", "", "delivered", 2)])

    def test_that_comes_late_takes_nothing_back(self, by_webhook, told):
        told()
        by_webhook.does(status(500))
        told_ = receivers()
        lanes.address_notices(now=timezone.now())
        claimed = delivering._claimed("webhook", told_, now=timezone.now())
        NoticeDelivery.objects.update(state="delivered", delivered_at=timezone.now())
        assert delivering._attempt(claimed, told_) is False
        assert deliveries() == [("webhook", "", "delivered", 1)]


class TestGivingUp:
    @pytest.fixture
    def given_up(self, by_webhook, told):
        by_webhook.does(status(503))
        told()
        lanes.address_notices(now=timezone.now())
        NoticeDelivery.objects.update(give_up_at=timezone.now() - timedelta(seconds=1))
        with structlog.testing.capture_logs() as events:
            beat()
        return events

    def test_comes_after_days_and_is_said_loudly(self, given_up, by_webhook):
        assert deliveries() == [("webhook", "", "given_up", 1)]
        (event,) = given_up
        assert (event["event"], event["log_level"], event["why"]) == (
            "harness.notice_given_up",
            "error",
            "answered 503",
        )
        by_webhook.does(status(200))
        beat()
        assert len(by_webhook.came) == 1

    def test_is_undone_by_a_person(self, given_up, by_webhook, harness):
        by_webhook.does(status(200))
        number = Notice.objects.get().pk
        code, out, _ = harness("notices", "--retry", str(number), "--reason", "it is back", "--json")
        assert (code, json.loads(out)) == (0, {"number": number, "deliveries": 1})
        beat()
        assert deliveries() == [("webhook", "", "delivered", 2)]
        assert harness("notices", "--retry", str(number))[0] == 2

    def test_is_dropped_where_nobody_is_to_be_told_any_more(self, given_up, say, harness):
        say(emails=["ada@example.com"])
        harness("notices", "--retry", str(Notice.objects.get().pk))
        beat()
        assert deliveries() == [("webhook", "", "dropped", 2)]

    def test_is_not_before_the_days_are_over(self, by_webhook, told):
        by_webhook.does(status(503))
        told()
        lanes.address_notices(now=timezone.now())
        delivery = NoticeDelivery.objects.get()
        assert delivery.give_up_at - delivery.next_at == timedelta(days=3)
        NoticeDelivery.objects.update(attempts=1_000)
        beat()
        assert deliveries() == [("webhook", "", "waiting", 1_001)]


class TestPauses:
    def test_grow_to_a_bound_and_differ(self):
        means = [[delivering.pause_seconds(attempts) for _ in range(50)] for attempts in (1, 2, 3, 8, 1_000)]
        bounds = (5, 10, 20, 600, 600)
        assert all(most / 2 <= min(each) <= max(each) <= most for each, most in zip(means, bounds, strict=True))
        assert all(len(set(each)) > 1 for each in means)


class TestMail:
    @pytest.fixture
    def by_mail(self, db, say):
        say(emails=["ada@example.com", "bob@example.com"])

    def test_goes_to_each_address_once(self, by_mail, told):
        told(step="5 %", injected="x\nBcc: eve@example.com")
        for _ in range(3):
            beat()
        assert [each.to for each in mail.outbox] == [["ada@example.com"], ["bob@example.com"]]
        message = mail.outbox[0]
        assert message.subject == "[migration] model-based-credits: rolled back"
        assert "It was rolled back." in message.body
        assert "step: 5 %" in message.body
        assert "\nBcc:" not in message.message().as_string()

    def test_has_one_id_for_all_attempts(self, by_mail, told, monkeypatch):
        sent = []

        def refuse(_self, messages):
            sent.extend(str(each.message()["Message-ID"]) for each in messages)
            raise OSError("535 wrong password hunter2")

        monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
        told()
        for _ in range(2):
            later()
            for _ in range(2):
                lanes.deliver_all()
        assert (len(sent), len(set(sent))) == (4, 2)
        answers = set(NoticeDelivery.objects.values_list("answer", flat=True)) - {""}
        assert answers == {"the mail server took nothing: OSError"}

    def test_that_is_not_taken_for_one_reaches_the_other(self, by_mail, told, monkeypatch):
        taken = locmem.EmailBackend.send_messages

        def not_for_ada(self, messages):
            if messages[0].to == ["ada@example.com"]:
                raise OSError("no such person")
            return taken(self, messages)

        monkeypatch.setattr(locmem.EmailBackend, "send_messages", not_for_ada)
        told()
        for _ in range(2):
            lanes.deliver_all()
        assert deliveries() == [
            ("email", "ada@example.com", "waiting", 1),
            ("email", "bob@example.com", "delivered", 1),
        ]

    @pytest.mark.parametrize(
        ("backend", "why"),
        [
            ("nowhere.Backend", "ModuleNotFoundError"),
            ("django.core.mail.backends.smtp.EmailBackend", "SMTPServerDisconnected"),
        ],
        ids=["no backend", "a server that says nothing"],
    )
    def test_waits_for_a_server_that_takes_it(self, by_mail, told, settings, backend, why):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings.EMAIL_BACKEND = backend
            settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
            told()
            beat()
        assert deliveries()[0] == ("email", "ada@example.com", "waiting", 1)
        assert NoticeDelivery.objects.first().answer == f"the mail server took nothing: {why}"


class TestACertificate:
    @pytest.fixture
    def self_signed(self, tmp_path):
        """A receiver by https whose certificate nobody vouches for."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        own = made.sign(key, hashes.SHA256())
        pem, kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        file = tmp_path / "own.pem"
        file.write_bytes(key.private_bytes(pem, kinds, serialization.NoEncryption()) + own.public_bytes(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        came = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                came.append(self.path)
                status(200)(self)

            def log_message(self, *_):
                pass

        class Server(HTTPServer):
            def handle_error(self, *_):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        url = f"https://localhost:{server.server_port}/x"
        yield Endpoint(url=url, host="localhost", is_here=True), came, file
        server.shutdown()
        server.server_close()

    def test_that_nobody_vouches_for_is_not_trusted(self, self_signed, monkeypatch):
        where, came, file = self_signed
        with pytest.raises(NotAnswered, match="CERTIFICATE_VERIFY_FAILED"):
            send(where, seconds=PATIENCE_SECONDS)
        assert came == []
        # The same receiver, for whom somebody does.
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        monkeypatch.setattr(posting, "trusted", posting.trusted.__wrapped__)
        assert send(where, seconds=PATIENCE_SECONDS).status == 200


class TestWhatIsLogged:
    def test_has_neither_the_secret_nor_the_path(self, by_webhook, told, harness, caplog):
        caplog.set_level("DEBUG")
        told()
        by_webhook.does(status(500))
        beat()
        by_webhook.does(status(200))
        beat()
        shown = "".join([caplog.text, *harness("notices", "--json")[1:]])
        assert "harness.notice_not_delivered" in shown
        assert (SECRET in shown, "as-good-as-a-password" in shown) == (False, False)
