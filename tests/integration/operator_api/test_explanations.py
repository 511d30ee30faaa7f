"""Notes, assignments, explanations and tests, by the programs of operators."""

from datetime import UTC, datetime, timedelta

import pytest

from migration_harness import queries
from migration_harness.models import AuditEvent, DiscrepancyNote, StoredExplanation
from tests.people import trusted

from .clients import API, error_of, url_of, with_token

TODAY = datetime.now(UTC).date()


@pytest.fixture
def found(trial, demo_operator):
    """A difference of a seam where an explanation may explain."""
    trial.call()
    (found,) = queries.discrepancies()
    return found


@pytest.fixture
def demo_operator(db):
    return with_token(trusted("ada"))


@pytest.fixture
def colleague(db):
    return with_token(trusted("bob"))


def post(client, route, name, **body):
    number = {"number": name} if isinstance(name, int) else {}
    url = f"{API}explanations/{name}/decision/" if number else url_of(route, name)
    return client.post(url, body, format="json")


class TestNotes:
    def test_are_added_and_read_in_order(self, demo_operator, colleague, found):
        for client, text in ((demo_operator, "seen"), (colleague, "asked finance")):
            assert post(client, "notes", found.signature, text=text).json()["data"]["text"] == text
        listed = demo_operator.get(url_of("notes", found.signature)).json()["results"]
        assert [(note["actor"], note["text"]) for note in listed] == [("ada", "seen"), ("bob", "asked finance")]

    @pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": "x" * 2_001}, {"note": "x"}], ids=str)
    def test_are_refused_without_a_text(self, demo_operator, found, body):
        assert post(demo_operator, "notes", found.signature, **body).status_code == 400
        assert DiscrepancyNote.objects.count() == 0


class TestAssignment:
    def test_is_to_an_operator_or_nobody(self, demo_operator, colleague, found):
        for assignee, before, after in (("bob", "", "bob"), (None, "bob", "")):
            told = post(demo_operator, "assignment", found.signature, assignee=assignee).json()["data"]
            assert (told["before"], told["after"]) == (before, after)

    def test_to_somebody_unknown_is_refused(self, demo_operator, found):
        response = post(demo_operator, "assignment", found.signature, assignee="zoe")
        assert (response.status_code, error_of(response)["code"]) == (400, "unknown_person")


class TestExplanation:
    def propose(self, client, found, **body):
        return post(client, "proposal", found.signature, **({"reason": "planned"} | body))

    def test_is_looked_at_before_it_is_proposed(self, demo_operator, found):
        told = self.propose(demo_operator, found, dry_run=True).json()["data"]
        assert (told["number"], told["covers"]["signatures"]) == (None, [found.signature])
        assert StoredExplanation.objects.count() == 0

    def test_is_proposed_by_one_and_approved_by_another(self, demo_operator, colleague, found):
        last = (TODAY + timedelta(days=5)).isoformat()
        told = self.propose(demo_operator, found, expires=last, owner="product", any_group=True).json()["data"]
        refused = post(demo_operator, "decision", told["number"], decision="approve")
        assert (refused.status_code, error_of(refused)["code"]) == (409, "second_person_needed")
        made = post(colleague, "decision", told["number"], decision="approve").json()["data"]
        assert (made["state"], made["approved_by"], made["owner"], made["expires"]) == (
            "approved", "bob", "product", last,
        )  # fmt: skip
        assert demo_operator.get(url_of("discrepancy", found.signature)).json()["data"]["state"] == "explained"
        again = post(colleague, "decision", told["number"], decision="approve")
        assert (again.status_code, error_of(again)["code"]) == (409, "explanation_decided")
        assert post(colleague, "decision", told["number"], decision="revoke").status_code == 400
        assert post(colleague, "decision", told["number"], decision="revoke", reason="x").status_code == 200
        assert AuditEvent.objects.latest("id").actor == "bob"

    def test_is_listed_and_shown_with_what_it_covers(self, demo_operator, found):
        number = self.propose(demo_operator, found).json()["data"]["number"]
        assert demo_operator.get(f"{API}explanations/", {"state": "approved"}).json()["count"] == 0
        (row,) = demo_operator.get(f"{API}explanations/", {"state": "proposed"}).json()["results"]
        shown = demo_operator.get(f"{API}explanations/{number}/").json()["data"]
        assert row == {name: value for name, value in shown.items() if name != "covers"}
        assert row["fields_covered"] == [{"path": "result.label", "kind": "value"}]
        assert shown["covers"]["comparisons"] == 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [({"reason": " "}, 400), ({"expires": "soon"}, 400), ({"expires": "2020-01-01"}, 400), ({"paths": []}, 400),
         ({"paths": ["other"]}, 400), ({"group": ["a"], "any_group": True}, 400), ({"approved": True}, 400)],
        ids=str,
    )  # fmt: skip
    def test_is_refused_where_it_makes_no_sense(self, demo_operator, found, body, status):
        assert self.propose(demo_operator, found, **body).status_code == status
        assert StoredExplanation.objects.count() == 0

    @pytest.mark.legacy
    def test_of_money_is_refused_with_the_reason(self, operator, mispriced):
        response = operator.post(url_of("proposal", mispriced), {"reason": "x"}, format="json")
        assert (response.status_code, error_of(response)["code"]) == (409, "not_explainable")
        assert "only its oracle (price list) explains money" in response.json()["message"]

    def test_that_does_not_exist_is_not_found(self, operator):
        assert operator.get(f"{API}explanations/77/").status_code == 404
        assert post(operator, "decision", 77, decision="approve").status_code == 404


class TestTest:
    @pytest.mark.legacy
    def test_is_a_file_of_pytest(self, operator, mispriced):
        made = operator.get(url_of("test", mispriced)).json()["data"]
        assert made["file_name"] == f"test_{mispriced}.py"
        assert "assert answer == 1" in made["text"]
        compile(made["text"], made["file_name"], "exec")

    @pytest.mark.legacy
    def test_of_a_secret_is_refused(self, operator, wrong_key):
        (found,) = queries.discrepancies()
        response = operator.get(url_of("test", found.signature))
        assert (response.status_code, error_of(response)["code"]) == (409, "not_exportable")
