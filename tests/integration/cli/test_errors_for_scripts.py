"""With ``--json`` a verb that does not do what it was told says why as JSON, beside the sentence for people."""

import json

import pytest

from migration_harness.control import gating
from migration_harness.models import AuditEvent
from migration_harness.rollout import gatekeeper
from tests.people import VIEWER, person
from tests.tokens import token_of

KEYS = "integration-provider-keys"
REFUSED = {
    "an unknown flag": (("flag", "no-such-flag"), 2, "unknown_flag"),
    "an unknown account": (("flag", KEYS, "--account", "Nobody", "--on"), 2, "unknown_account"),
    "a stale preview": (("flag", KEYS, "--share", "5", "--epoch", "1"), 3, "stale_preview"),
    "a change without sense": (("flag", KEYS, "--retire", "--share", "5"), 2, "invalid_change"),
    "no rollout": (("rollout", KEYS, "pause"), 2, "no_rollout"),
    "an unknown discrepancy": (("discrepancies", "show", "no-such-signature"), 2, "unknown_discrepancy"),
    "an unknown approval": (("approvals", "show", "999"), 2, "unknown_approval"),
}


@pytest.fixture(autouse=True)
def _demo(demo):
    """Every verb is tried on the demo."""


class TestVerb:
    @pytest.mark.parametrize(("words", "exit_code", "code"), REFUSED.values(), ids=REFUSED)
    def test_names_the_kind_of_error_for_scripts_and_says_the_sentence_to_people(self, harness, words, exit_code, code):
        ended, out, err = harness(*words, "--json")
        told = json.loads(out)
        assert (ended, told["error"]["code"]) == (exit_code, code)
        assert set(told) == {"error"}
        assert " ".join(told["error"]["message"].split()) == " ".join(err.split())

    def test_says_that_a_gate_is_closed(self, harness, monkeypatch):
        monkeypatch.setattr(gating, "_gatekeepers", [gatekeeper.admission])
        code, out, _ = harness("advance", "1", "--reason", "on", "--json")
        told = json.loads(out)["error"]
        assert (code, told["code"]) == (3, "gate_closed")
        assert "Gate tests is unknown" in told["message"]
        assert [each["phase"] for each in told["refused"]] == [1]

    def test_says_that_somebody_may_not_do_it(self, harness, monkeypatch):
        monkeypatch.setenv("HARNESS_TOKEN", token_of(person("vera", VIEWER)))
        code, out, _ = harness("rollback", KEYS, "--as", "vera", "--json")
        assert (code, json.loads(out)["error"]["code"]) == (3, "not_allowed")

    def test_prints_nothing_to_scripts_without_it(self, harness):
        events = AuditEvent.objects.count()
        code, out, _ = harness("flag", "no-such-flag")
        assert (code, out, AuditEvent.objects.count()) == (2, "", events)
