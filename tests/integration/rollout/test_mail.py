"""Notices by e-mail arrive, once at each address."""

import socket

import pytest
from django.core import mail
from django.core.mail.backends import locmem

from migration_harness.models import NoticeDelivery
from migration_harness.rollout.notices import lanes
from tests.trial_flag import FLAG

from .conftest import beat, deliveries, later


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
        assert message.subject == f"[migration] {FLAG}: rolled back"
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
