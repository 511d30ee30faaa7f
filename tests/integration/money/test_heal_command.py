"""``harness heal``, as a person and as a script use it."""

import json

import pytest

from igny8_core.business.billing.services.credit_service import CreditService

from ..healing_parts import FLAG, balances, operators


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
        operators("bob")
        CreditService.take_credits(account=wrong[1], amount=balances()[wrong[1].pk], description="spent elsewhere")
        code, out, _ = harness("heal", "--write", "--yes", "--allow-debits", "--approver", "bob", "--reason", "x")
        assert (code, "17 credits were not taken" in out) == (1, True)

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
