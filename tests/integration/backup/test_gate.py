"""The gate ``backup``: open while there is a way back, and closed with what is wrong."""

import pytest
from django.utils import timezone

from igny8_core.business.billing.models import CreditCostConfig
from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings
from migration_harness.plan import GateName, plan
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.gates.gate import GateQuestion, Way
from migration_harness.rollout.gates.registry import BUILT_IN

from .dropping import drop


def asked():
    phase = plan().phase(7)
    question = GateQuestion(
        phase=phase, way=Way.ENTERING, now=timezone.now(), after=(7,), entered_at=None, facts=Facts()
    )
    found = BUILT_IN[GateName.BACKUP].answer(question)
    return found.answer.value, found.sentence


@pytest.fixture
def verified(backed_up, harness):
    assert harness("legacy", "verify", str(backed_up))[0] == 0
    return backed_up


class TestBackupVerified:
    def test_is_closed_where_none_was_made(self, keyed):
        assert asked() == ("closed", "No backup of what the deletion drops was verified.")

    def test_is_closed_where_it_was_not_tried_out(self, backed_up):
        assert asked()[0] == "closed"

    def test_is_open_where_it_has_what_would_be_dropped(self, verified):
        answer, sentence = asked()
        assert (answer, f"The backup {verified} was verified" in sentence) == ("open", True)

    def test_names_the_table_that_has_changed(self, verified):
        CreditCostConfig.objects.first().delete()
        answer, sentence = asked()
        assert (answer, "billing_creditcostconfig had" in sentence) == ("closed", True)

    def test_sees_another_key_and_shows_neither(self, verified):
        GlobalIntegrationSettings.objects.update(openai_api_key="sk-other")
        answer, sentence = asked()
        assert (answer, "openai_api_key" in sentence, "sk-" in sentence) == ("closed", True, False)

    def test_is_not_moved_by_what_stays(self, verified):
        GlobalIntegrationSettings.objects.update(openai_temperature=0.1)
        assert asked()[0] == "open"

    def test_is_closed_where_the_file_is_gone(self, verified):
        verified.unlink()
        answer, sentence = asked()
        assert (answer, "cannot be read" in sentence) == ("closed", True)

    def test_is_closed_where_the_file_is_another(self, verified):
        verified.write_bytes(verified.read_bytes() + b" ")
        answer, sentence = asked()
        assert (answer, "is another file" in sentence) == ("closed", True)

    def test_is_closed_where_the_last_look_found_a_difference(self, verified, harness):
        CreditCostConfig.objects.filter(operation_type="clustering").update(min_credits=77)
        harness("legacy", "verify", str(verified))
        assert asked()[0] == "closed"

    def test_is_unknown_without_the_key(self, verified, settings):
        settings.HARNESS = settings.HARNESS | {"BACKUP_KEYS": ["A" * 43 + "="]}
        answer, sentence = asked()
        assert (answer, "lacks the key" in sentence) == ("unknown", True)

    def test_is_unknown_where_the_tables_are_gone(self, verified):
        drop()
        answer, sentence = asked()
        assert (answer, "has no table" in sentence or "has no column" in sentence) == ("unknown", True)
