"""``harness heal``, as a person and as a script use it."""

import json

import pytest

from igny8_core.business.billing.services.credit_service import CreditService

from ..approving import approve_all
from ..healing_parts import FLAG, balances, cluster, healed, operators


class TestCommand:
    def test_is_a_dry_run_by_default(self, wrong, harness):
        before = balances()
        code, out, _ = harness("heal")
        assert code == 0
        assert "16 credits, 0.16 USD, over 2 charges" in out
        assert "Nothing was written" in out
        assert balances() == before

    def test_tells_programs_everything(self, wrong, harness):
        code, out, _ = harness("heal", "--account", wrong[0].name, "--json")
        found = json.loads(out)
        assert (code, found["against"], found["totals"]["overpaid"], found["written"]) == (0, "signed", 16, None)
        assert [each["account_id"] for each in found["accounts"]] == [str(wrong[0].pk)]

    def test_asks_before_it_writes(self, wrong, harness):
        before = balances()
        code, _, err = harness("heal", "--write")
        assert (code, "add --yes" in err, balances()) == (2, True, before)

    def test_writes_once_however_often(self, wrong, harness):
        code, out, _ = harness("heal", "--write", "--yes", "--reason", "wrong price")
        assert code == 0
        assert "16 credits given back" in out
        after = balances()
        code, out, _ = harness("heal", "--write", "--yes")
        assert (code, "There is nothing to heal" in out, balances()) == (0, True, after)

    def test_writes_only_what_it_showed_before_it_asked(self, wrong, harness, monkeypatch):
        def answer(*_args, **_how):
            monkeypatch.undo()
            assert harness("heal", "--write", "--yes", "--account", wrong[0].name)[0] == 0

        monkeypatch.setattr("migration_harness.cli.heal._ask", answer)
        code, _, err = harness("heal", "--write")
        assert (code, "It is no longer what was looked at" in err) == (3, True)

    def test_is_named_by_a_rollback_of_prices_alone(self, selected, harness):
        said = [harness("rollback", name, "--reason", "x")[1] for name in (FLAG, "model-selection")]
        assert ["harness heal" in each for each in said] == [True, False]

    @pytest.mark.usefixtures("approving")
    def test_says_when_balances_do_not_reach(self, wrong, harness):
        CreditService.take_credits(account=wrong[1], amount=balances()[wrong[1].pk], description="spent elsewhere")
        taking = ("heal", "--write", "--yes", "--allow-debits", "--reason", "x")
        assert harness(*taking)[0] == 3
        approve_all()
        code, out, _ = harness(*taking)
        assert (code, "17 credits were not taken" in out) == (1, True)

    @pytest.mark.usefixtures("approving")
    @pytest.mark.parametrize("since", [(), ("--since", "7d"), ("--since", "2020-01-01")], ids=["all", "7d", "a date"])
    def test_takes_what_another_person_has_approved_when_it_is_said_again(self, wrong, harness, since):
        taking = ("heal", "--write", "--yes", "--allow-debits", "--reason", "agreed with them", *since)
        code, _, err = harness(*taking)
        assert (code, healed()) == (3, {})
        (number,) = approve_all()
        assert f"harness approvals approve {number}" in err
        assert "--reason 'agreed with them'" in err
        code, out, _ = harness(*taking)
        assert (code, "17 credits taken" in out, healed()["b1"]) == (0, True, -17)

    @pytest.mark.usefixtures("approving")
    def test_says_what_has_changed_since_it_was_approved(self, wrong, harness):
        taking = ("heal", "--write", "--yes", "--allow-debits", "--reason", "x")
        harness(*taking)
        approve_all()
        cluster(wrong[1], 34_000, operation_id="b2")
        code, _, err = harness(*taking)
        changed = f"account {wrong[1].pk}: 17 credits for 1 charge → 34 credits for 2 charges"
        assert (code, changed in err, healed()) == (3, True, {})

    def test_takes_no_name_for_an_approval(self, wrong, harness):
        operators("bob")
        code, _, err = harness("heal", "--write", "--yes", "--allow-debits", "--approver", "bob", "--reason", "x")
        assert (code, "a name is nobody's word" in err, healed()) == (1, True, {})

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--since", "yesterday"), "is no time"),
            (("--account", "typo"), "no account"),
            (("--flag", "x"), "x: no charge"),
            (("--since", "2026-01-02", "--until", "2026-01-01"), "nothing between"),
        ],
        ids=["no time", "no account", "another flag", "an empty period"],
    )
    def test_refuses_wrong_usage(self, demo, harness, arguments, said):
        code, _, err = harness("heal", *arguments)
        assert (code, said in err) == (2, True)
