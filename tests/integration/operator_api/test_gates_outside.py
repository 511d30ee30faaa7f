"""A gate is answered from outside, by a token that can do nothing else."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from freezegun import freeze_time
from rest_framework.test import APIClient

from migration_harness.exceptions import TokenNotMade
from migration_harness.models import ApiToken, AuditEvent, ExternalAnswer
from migration_harness.plan import plan
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import Way
from migration_harness.tokens.holding import make_token
from tests.people import person, trusted

from .clients import API, METHODS, ROUTES, error_of, send, url_of, with_session, with_token

URL = f"{API}phases/1/gates/finance/"
OPEN = {"open": True, "sentence": "The books are closed.", "link": "https://ci.example/7"}


@pytest.fixture
def outside(demo, settings):
    """A program of finance, with a token that answers gates."""
    settings.HARNESS = settings.HARNESS | {"PLAN": "tests.integration.operator_api.phased.PLAN"}
    return with_token(trusted("fin"), scopes=["gate"])


def gate():
    (found,) = ask(plan().phase(1), Way.LEAVING)
    return found.answer


def said(client, **changed):
    return client.post(URL, OPEN | changed, format="json")


class TestAnswer:
    def test_opens_the_gate_says_who_and_is_on_the_trail(self, outside):
        answer = said(outside)
        told = answer.json()["data"]
        prefix = ApiToken.objects.get().prefix
        assert answer.status_code == 200
        assert (told["answer"], told["actor"], told["token"]) == ("open", "fin", prefix)
        found = gate()
        assert (found.answer.value, found.evidence, found.remedy) == ("open", "https://ci.example/7", "")
        assert found.sentence.startswith(f"fin (token {prefix}) at ")
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject) == ("fin", "answer gate", "phase 1")
        assert (event.after, event.evidence["token"]) == ({"finance": "open"}, prefix)

    def test_that_is_newer_counts_and_the_older_one_stays(self, outside):
        said(outside)
        said(outside, open=False, sentence="A bill is missing.")
        assert (gate().answer.value, ExternalAnswer.objects.count()) == ("closed", 2)
        assert AuditEvent.objects.latest("id").before == {"finance": "open"}
        with pytest.raises(DatabaseError), transaction.atomic():
            ExternalAnswer.objects.update(is_open=True)

    @pytest.mark.parametrize(
        ("hours", "holds"), [(None, 2), (1, 1), (48, 2)], ids=["none said", "less", "more than the plan allows"]
    )
    def test_holds_as_long_as_it_says_and_no_longer_than_the_plan_allows(self, outside, hours, holds):
        with freeze_time("2026-11-30 12:00:00") as clock:
            now = timezone.now()
            said(outside, **({} if hours is None else {"expires_at": (now + timedelta(hours=hours)).isoformat()}))
            clock.move_to(now + timedelta(hours=holds, seconds=-1))
            assert gate().answer.value == "open"
            clock.move_to(now + timedelta(hours=holds))
            assert (gate().answer.value, "The answer expired at" in gate().sentence) == ("unknown", True)

    def test_holds_no_longer_than_the_plan_allows_by_now(self, outside):
        said(outside)
        now = timezone.now()
        row = ExternalAnswer.objects.get()
        ExternalAnswer.objects.create(
            phase=1, gate="finance", is_open=True, sentence=row.sentence, actor="fin", at=now - timedelta(hours=3),
            expires_at=now + timedelta(hours=3),
        )  # fmt: skip
        assert gate().answer.value == "unknown"

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"open": "unknown"}, "open"), ({"open": None}, "open"), ({"sentence": " "}, "sentence"),
            ({"link": "javascript:alert(1)"}, "link"), ({"link": "ftp://ci.example/"}, "link"),
            ({"expires_at": "soon"}, "expires_at"), ({"actor": "eve"}, "actor"), ({"sentence": "x" * 501}, "sentence"),
        ],
        ids=str,
    )  # fmt: skip
    def test_that_is_wrong_is_refused_and_changes_nothing(self, outside, changed, field):
        answer = said(outside, **changed)
        assert (answer.status_code, list(error_of(answer)["fields"])) == (400, [field])
        assert not ExternalAnswer.objects.exists()

    def test_that_is_over_already_is_refused(self, outside):
        answer = said(outside, expires_at="2020-01-01T00:00:00Z")
        assert (answer.status_code, error_of(answer)["code"]) == (400, "invalid_change")
        assert "over already, at 2020-01-01" in answer.json()["message"]
        assert not ExternalAnswer.objects.exists()

    @pytest.mark.parametrize(
        ("path", "status", "told"),
        [
            ("9/gates/finance", 404, "The plan has no phase 9. Its phases: 1, 2."),
            ("1/gates/typo", 404, "has no gate 'typo'. Its gates that are answered from outside: finance."),
            ("2/gates/finance", 404, "Its gates that are answered from outside: none."),
            ("2/gates/tests", 400, "the gate tests is answered by evidence"),
        ],
    )
    def test_for_what_is_no_such_gate_says_so(self, outside, path, status, told):
        answer = outside.post(f"{API}phases/{path}/", OPEN, format="json")
        assert (answer.status_code, told in answer.json()["message"]) == (status, True)

    def test_is_what_the_remedy_of_the_gate_leads_to(self, outside, harness):
        remedy = gate().remedy
        address, _, command = remedy.removeprefix("POST ").partition(" with a token of python manage.py harness ")
        words = command.replace("USERNAME", "fin").split()
        code, out, _ = harness(*words)
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {out.split()[0]}")
        assert (code, client.post(address, OPEN, format="json").status_code) == (0, 200)


class TestWhoAnswers:
    def test_is_no_person_who_is_signed_in(self, outside):
        answer = said(with_session(trusted("eve")))
        assert (answer.status_code, error_of(answer)["code"]) == (403, "not_allowed")
        assert "a session is not somebody outside" in answer.json()["message"]
        assert AuditEvent.objects.latest("id").evidence["asked"] == "answer a gate"

    def test_is_no_token_of_another_scope(self, outside):
        answer = said(with_token(trusted("eve"), scopes=["read", "operate", "approve"]))
        assert (answer.status_code, error_of(answer)["code"]) == (403, "permission_denied")
        assert "lacks the scope gate" in answer.json()["message"]

    def test_is_nobody_without_the_role(self, outside):
        assert said(with_token(person("sam"), scopes=["gate"])).status_code == 403

    def test_can_do_nothing_else(self, outside, signature):
        for route, pattern in ROUTES.items():
            for method in METHODS:
                if route == "gate" or not hasattr(getattr(pattern.callback, "view_class", None), method):
                    continue
                answer = send(outside, method, url_of(route, signature))
                assert (route, method, answer.status_code) == (route, method, 403)
        assert outside.get("/api/v1/billing/balance/").status_code in (403, 404)
        assert outside.get("/metrics").status_code == 401

    def test_has_a_token_of_no_other_scope(self, outside):
        with pytest.raises(TokenNotMade, match="answers gates and nothing else"):
            make_token(username="fin", name="x", scopes=["gate", "operate"], actor="root")
        with pytest.raises(IntegrityError, match="api_token_scopes_known"), transaction.atomic():
            ApiToken.objects.update(scopes=["gate", "operate"])
