"""The service as it is: nothing that a person would not call a difference, and a planted mistake of it is found."""

# @legacy file integration-provider-keys, model-selection, model-based-credits, dynamic-model-choices

import pytest

from igny8_core.auth.models import Account
from igny8_core.business.billing.seams import credit_cost
from igny8_core.migration_plan import PLAN
from migration_harness import queries
from migration_harness.exploring.explore import explore
from migration_harness.models import Comparison

from ..healing_parts import balances, cluster

pytestmark = pytest.mark.django_db
READ = [seam for flag in PLAN.flags if not flag.has_store for seam in flag.seams]
TRUE_DIFFERENCES = {"models.default": [("image", "bria:10@1", "dall-e-3")]}
"""The default of today has no row and no price: a person maps it before accounts are switched."""


def found_by(name, **options):
    return explore(name, **{"seconds": 300, "most_inputs": 200, "seed": 3, **options})


class TestService:
    @pytest.mark.parametrize("name", READ)
    def test_has_no_difference_that_nobody_knows(self, demo, name):
        found = [each.comparison for each in found_by(name).findings]
        known = [(each.group[0], *(_sides(each))) for each in found]
        assert known == TRUE_DIFFERENCES.get(name, [])

    def test_has_a_difference_of_a_row_closed_by_no_search_that_is_too_short(self, demo):
        (found,) = found_by("models.default").findings
        again = explore("models.default", seconds=0, seed=9)
        assert (again.inputs, again.fixed) == (0, ())
        assert [each.comparison.signature for each in again.findings] == [found.comparison.signature]

    def test_has_a_rounding_fault_found_that_traffic_does_not_show(self, demo, monkeypatch):
        right = credit_cost.candidate

        def faulty(**call):
            total, extra = call["usage"].total, 0
            if total and total % 10_000 == 0 and call["model"] == "gpt-4o-mini" and not call.get("target_model"):
                extra = 1
            return right(**call) + extra

        faulty.__wrapped__ = right
        account = Account.objects.order_by("pk").first()
        cluster(account, 3_000, operation_id="a call of a day")
        before, compared = balances(), Comparison.objects.count()
        monkeypatch.setattr(credit_cost, "candidate", faulty)
        found = found_by("credits.text", most_inputs=600)
        assert found.past == 1
        assert found.findings
        for each in found.findings:
            shown = each.comparison
            assert shown.call["usage"].total == 10_000, shown.call
            assert shown.group[1] == "gpt-4o-mini"
            assert shown.candidate_measure == shown.judgement.expected + 1 == 2
        assert (balances(), Comparison.objects.count()) == (before, compared)
        monkeypatch.undo()
        assert set(found_by("credits.text").fixed) == {str(each.comparison.signature) for each in found.findings}
        assert queries.explored() == []


def _sides(each):
    (difference,) = each.judgement.differences
    return difference.control, difference.candidate
