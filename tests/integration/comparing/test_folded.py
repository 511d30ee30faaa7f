"""Of several differing fields those that a rule expects are folded away, wherever a difference is shown."""

from datetime import date

import pytest
from structlog.testing import capture_logs

from migration_harness import queries
from migration_harness.comparing.explanations import Rule

from ..operator_api.clients import with_token
from ..trial_seam import Trial

EXPECTED = [f"result.label{number}" for number in range(12)]
CONTROL = {"price": 5} | {path.removeprefix("result."): "Basic" for path in EXPECTED}
CANDIDATE = {"price": 7} | {path.removeprefix("result."): "Basic (5)" for path in EXPECTED}


def labels(differences, _call):
    if len(differences) > 12:
        return False
    return all(each.path.startswith("result.label") for each in differences)


@pytest.fixture
def thirteen(own_seams, db):
    """A call that differs in twelve labels, as a rule expects, and in its price."""
    rule = Rule(name="labels", reason="They say the price.", owner="olga", expires=date(2099, 1, 1), covers=labels)
    trial = Trial(control=CONTROL, candidate=CANDIDATE, explain=[rule])
    with capture_logs() as events:
        trial.call()
    (found,) = queries.discrepancies()
    return found, [each for each in events if each["event"] == "harness.mismatch"]


class TestFoldedFields:
    def test_are_not_the_cause(self, thirteen):
        found, _ = thirteen
        assert (found.cause, found.unexpected, sorted(found.meant)) == (
            "result.price", ("result.price",), sorted(EXPECTED),
        )  # fmt: skip
        assert (found.paths[0], len(found.paths)) == ("result.price", 13)

    def test_are_told_after_the_unexpected_one_by_the_event(self, thirteen):
        _, (event,) = thirteen
        assert (event["paths"][0], len(event["paths"]), sorted(event["meant"])) == (
            "result.price", 13, sorted(EXPECTED),
        )  # fmt: skip

    def test_are_a_line_of_the_command(self, thirteen, harness):
        _, out, _ = harness("discrepancies", "show", thirteen[0].signature)
        rows, said = out.split("12 more fields differ as a rule expects: ")
        assert ("result.price" in rows, "result.label3" in rows, "result.label3" in said) == (True, False, True)
        _, out, _ = harness("discrepancies", "list")
        assert "result.price (and 12" in out

    def test_are_folded_on_the_console_and_told_over_rest(self, thirteen, admin_client, admin_user):
        signature = thirteen[0].signature
        page = admin_client.get(f"/migration/discrepancies/{signature}/").content.decode()
        assert "12 more fields differ as expected" in page
        assert "Both sides differ in result.price, and nothing explains it." in page
        told = with_token(admin_user).get(f"/api/v1/migration/discrepancies/{signature}/").json()["data"]
        assert (told["paths"][0], sorted(told["meant"])) == ("result.price", sorted(EXPECTED))
