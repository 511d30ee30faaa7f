"""A receiver of notices: it holds up nobody else, and is who it says it is."""

import ssl
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core import mail

from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices import lanes, posting
from migration_harness.rollout.notices.posting import NotAnswered, post
from migration_harness.rollout.notices.receivers import Endpoint
from migration_harness.secret import Secret
from tests import receiver as receivers_of_tests
from tests.receiver import SECRET, says_nothing, status
from tests.waiting import PATIENCE_SECONDS

from .conftest import beat, deliveries

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
