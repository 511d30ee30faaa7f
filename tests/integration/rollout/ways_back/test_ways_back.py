"""Each phase applied, taken back and applied again under traffic: told from nobody who never went."""

# @legacy file

import pytest

from igny8_core.migration_plan import PLAN

from .going import LAST_WITHOUT_FLAGS, WITH_SCHEMA

PHASES = [phase.number for phase in PLAN.phases[:-1]]
"""The last one's way back is its backup's: ``tests/integration/backup``."""
CHARGES_ANOTHER_PRICE = 4


@pytest.mark.parametrize("phase", PHASES)
class TestWayBack:
    def test_leads_there_and_back_again_without_a_trace(self, going, twin, phase):
        came = going(lambda walk: walk.there_and_back(phase))
        stayed, never = twin(max(phase, LAST_WITHOUT_FLAGS)), twin(max(phase - 1, LAST_WITHOUT_FLAGS))
        assert (came.applied, came.back, came.again) == (stayed.applied, never.back, stayed.again)
        assert (came.end.keys, came.end.configuration) == (stayed.end.keys, stayed.end.configuration)
        assert came.end.balances == came.end.booked
        if phase != CHARGES_ANOTHER_PRICE:
            assert came.end.balances == stayed.end.balances

    def test_is_one(self, twin, phase):
        """What is compared above is another thing while the phase is applied and while it is not."""
        stayed, never = twin(max(phase, LAST_WITHOUT_FLAGS)), twin(max(phase - 1, LAST_WITHOUT_FLAGS))
        differs = stayed.back.sides != never.back.sides
        assert differs == (phase not in WITH_SCHEMA)
        assert (stayed.back.credits != never.back.credits) == (phase == CHARGES_ANOTHER_PRICE)
