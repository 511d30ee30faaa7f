"""What an explanation would cover, and what is never explained."""

from datetime import date, timedelta

import pytest

from migration_harness import queries
from migration_harness.comparing.explanations import Oracle
from migration_harness.deciding.registry import seams
from migration_harness.exceptions import InvalidChange, NotExplainable
from migration_harness.reviewing import explaining, stored_rules

from ..trial_seam import CONTROL, Trial
from .proposing import TODAY, approved, draft, follow


class TestDraft:
    def test_is_of_this_seam_these_fields_and_this_group(self, found):
        drafted = draft(found)
        assert drafted.scope.seam == "trial.choice"
        assert drafted.scope.fields == {("result.label", "value")}
        assert drafted.scope.group == ("text", "all")
        assert drafted.expires == TODAY + timedelta(days=30)

    def test_says_what_it_would_cover(self, trial, found):
        trial.call(account="2")
        trial.call(kind="image")
        assert draft(found).coverage.as_json() == {
            "signatures": [found.signature], "comparisons": 2, "accounts": 2, "control_sum": None,
            "candidate_sum": None,
        }  # fmt: skip
        wide = draft(found, any_group=True).coverage
        assert (len(wide.signatures), wide.comparisons, wide.accounts) == (2, 3, 2)
        assert draft(found, group=("*", "all")).coverage.comparisons == 3

    def test_sums_both_measures(self, db, monkeypatch):
        monkeypatch.setattr(seams, "_by_name", {})
        trial = Trial(control=20, candidate=5, measure="USD")
        trial.call()
        trial.call()
        (found,) = queries.discrepancies()
        told = draft(found).coverage.as_json()
        assert (told["control_sum"], told["candidate_sum"]) == ("40", "10")

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ({"paths": ["result.price"]}, "does not differ in 'result.price'"),
            ({"group": ["image", "all"]}, "would cover none"),
            ({"group": ["text"], "any_group": True}, "exclude each other"),
            ({"expires": TODAY - timedelta(days=1)}, "between today and in a year"),
            ({"expires": TODAY + timedelta(days=366)}, "between today and in a year"),
        ],
        ids=["another field", "another group", "both groups", "yesterday", "too long"],
    )
    def test_refuses_what_makes_no_sense(self, found, options, says):
        with pytest.raises(InvalidChange, match=says):
            draft(found, **options)

    def test_keeps_the_fields_that_are_named(self, trial, found):
        trial.answers["candidate"] = {"label": "x", "price": 6}
        trial.call()
        both = next(d for d in queries.discrepancies() if len(d.fields) == 2)
        drafted = draft(both, paths=["result.label"])
        assert drafted.coverage.signatures == (found.signature,)

    def test_needs_a_reason(self, found):
        with pytest.raises(InvalidChange, match="needs a reason"):
            explaining.propose(drafted=draft(found), reason=" ", owner="", actor="ada")


class TestWhatIsNotExplained:
    def test_is_money(self, db, monkeypatch):
        monkeypatch.setattr(seams, "_by_name", {})
        trial = Trial()
        trial.call()
        (found,) = queries.discrepancies()
        trial.seam.money = True
        with pytest.raises(NotExplainable, match="moves money, and only its oracle explains money"):
            draft(found)

    def test_is_a_seam_with_an_oracle(self, db, monkeypatch):
        monkeypatch.setattr(seams, "_by_name", {})
        oracle = Oracle(
            name="the list", reason="signed", owner="o", expires=date.max,
            answer=lambda **_: CONTROL, recorded_legacy=lambda **_: CONTROL,
        )  # fmt: skip
        Trial(explain=[oracle]).call()
        (found,) = queries.discrepancies()
        with pytest.raises(NotExplainable, match=r"has an oracle \(the list\)"):
            draft(found)

    def test_is_an_error(self, trial, monkeypatch):
        def fail(**_):
            raise RuntimeError

        monkeypatch.setattr(trial.seam, "candidate", fail)
        trial.call()
        (found,) = queries.discrepancies()
        with pytest.raises(NotExplainable, match="candidate_error"):
            draft(found)

    def test_is_money_even_where_the_table_says_so(self, trial, found):
        approved(found)
        trial.seam.money = True
        follow()
        assert stored_rules.rules_in_force("trial.choice") == ()
