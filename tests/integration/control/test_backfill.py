"""The new store is filled from the legacy one; nothing in it is overwritten."""

import json

import pytest
from cryptography.fernet import Fernet

from igny8_core.business.billing.keys.seams import stores
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.seed import DEMO_KEYS
from migration_harness.control import backfill as backfill_module
from migration_harness.control.backfill import Outcome, backfill
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Side, Stage
from migration_harness.exceptions import InvalidChange, UnknownFlag
from migration_harness.models import AuditEvent
from migration_harness.secret import Secret
from migration_harness.stores.pair import stores_equal
from migration_harness.testing import fixed_flags, flag_at

FLAG = "integration-provider-keys"


@pytest.fixture(autouse=True)
def _no_keys_on_the_new_side(demo):
    IntegrationProvider.objects.update(api_key="")


def fill(**options):
    return backfill(flag=FLAG, actor="tester", **{"write": True, **options})


def outcomes(found):
    return {each.key: each.outcome for each in found.keys}


def flip(**fields):
    change_flag(name=FLAG, change=FlagChange(**fields), actor="tester")


class TestBackfill:
    def test_copies_every_key_that_the_new_store_lacks(self):
        found = fill()
        assert outcomes(found) == {"openai": Outcome.FILLED, "runware": Outcome.FILLED}
        for provider, key in DEMO_KEYS.items():
            assert IntegrationProvider.objects.get(pk=provider).api_key == Secret(key)
        assert stores_equal(FLAG)

    def test_creates_the_row_of_a_provider_that_has_none(self):
        IntegrationProvider.objects.filter(pk="runware").delete()
        fill()
        row = IntegrationProvider.objects.get(pk="runware")
        assert (row.display_name, row.provider_type, row.is_active) == ("Runware", "ai", True)

    def test_shows_the_fingerprints_of_both_stores_and_no_key(self):
        openai = fill().keys[0]
        assert openai.control == openai.candidate == Secret(DEMO_KEYS["openai"]).fingerprint
        assert DEMO_KEYS["openai"] not in repr(openai)

    def test_does_nothing_the_second_time(self):
        fill()
        assert set(outcomes(fill()).values()) == {Outcome.EQUAL}

    def test_changes_nothing_in_a_dry_run_and_says_what_it_would_do(self):
        events = AuditEvent.objects.count()
        found = fill(write=False)
        assert set(outcomes(found).values()) == {Outcome.FILLED}
        assert found.keys[0].candidate is None
        assert (list(stores.candidate.keys()), AuditEvent.objects.count()) == ([], events)

    @pytest.mark.parametrize("write", [True, False], ids=["written", "dry"])
    def test_leaves_another_key_of_the_new_store(self, write):
        IntegrationProvider.objects.filter(pk="openai").update(api_key="sk-newer-6b1f")
        found = fill(write=write)
        assert (outcomes(found)["openai"], found.is_whole) == (Outcome.DIFFERENT, False)
        assert f"harness resync {FLAG} --to candidate" in found.keys[0].note
        assert stores.candidate.read("openai") == Secret("sk-newer-6b1f")

    def test_refuses_two_openai_keys_saying_which_to_clear_and_fills_the_others(self):
        GlobalIntegrationSettings.objects.update(dalle_api_key="sk-images-e0c5")
        found = fill()
        assert outcomes(found) == {"openai": Outcome.REFUSED, "runware": Outcome.FILLED}
        assert "Clear dalle_api_key" in found.keys[0].note
        assert not IntegrationProvider.objects.get(pk="openai").api_key

    @pytest.mark.parametrize(
        "keys",
        [{"dalle_api_key": DEMO_KEYS["openai"]}, {"openai_api_key": "", "dalle_api_key": DEMO_KEYS["openai"]}],
        ids=["the same twice", "that of the images alone"],
    )
    def test_takes_the_one_openai_key_that_there_is(self, keys):
        GlobalIntegrationSettings.objects.update(**keys)
        fill()
        assert stores.candidate.read("openai") == Secret(DEMO_KEYS["openai"])

    def test_tells_of_a_key_that_only_the_new_store_has(self):
        GlobalIntegrationSettings.objects.update(openai_api_key="")
        IntegrationProvider.objects.filter(pk="openai").update(api_key="sk-newer-6b1f")
        assert outcomes(fill())["openai"] is Outcome.ONLY_NEW

    def test_refuses_a_key_that_has_drifted(self, monkeypatch):
        from igny8_core.business.billing.keys.saving import save_provider_key
        from igny8_core.business.billing.keys.seams import store_key

        with monkeypatch.context() as patch, fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            patch.setattr(store_key, "candidate", lambda **_: 1 / 0)
            save_provider_key(provider="openai", api_key="sk-newer-6b1f", actor="tester")
        found = fill()
        assert (outcomes(found)["openai"], "harness reconcile" in found.keys[0].note) == (Outcome.REFUSED, True)

    def test_refuses_a_copy_that_is_another_key(self, monkeypatch):
        write = stores.candidate.write
        monkeypatch.setattr(stores.candidate, "write", lambda key, value: write(key, Secret("altered")))
        found = fill()
        assert set(outcomes(found).values()) == {Outcome.REFUSED}
        assert list(stores.candidate.keys()) == []

    def test_refuses_a_key_that_nobody_can_decrypt(self, settings):
        fill()
        settings.IGNY8_FIELD_KEYS = [Fernet.generate_key().decode()]
        found = fill()
        assert set(outcomes(found).values()) == {Outcome.REFUSED}
        assert "IGNY8_FIELD_KEYS" in found.keys[0].note

    def test_is_refused_where_the_candidate_answers_for_everybody(self):
        flip(everyone=True)
        with pytest.raises(InvalidChange, match="was removed there"):
            fill()

    def test_of_an_unknown_flag_names_those_that_are_known(self):
        with pytest.raises(UnknownFlag, match=FLAG):
            backfill(flag="nothing", actor="tester", write=False)

    def test_is_on_the_audit_trail(self):
        fill(reason="phase 3")
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject, event.reason) == ("tester", "backfill", FLAG, "phase 3")
        assert (event.evidence["filled"], event.evidence["refused"]) == (2, 0)

    def test_says_how_far_it_is(self):
        progress = []
        fill(on_progress=lambda *of: progress.append(of))
        assert progress == [(1, 2), (2, 2)]

    def test_holds_each_key_against_its_writers(self, monkeypatch):
        held = []
        monkeypatch.setattr(backfill_module.drift, "lock", lambda **key: held.append(key))
        fill()
        assert held == [{"seam": "keys.store", "key": "openai"}, {"seam": "keys.store", "key": "runware"}]


class TestCommand:
    def test_is_a_dry_run_without_yes(self, harness):
        code, out, _ = harness("backfill", FLAG)
        assert (code, "Nothing was written. 2 would be filled: add --yes" in out) == (0, True)
        assert list(stores.candidate.keys()) == []

    def test_says_what_was_done_per_provider(self, harness):
        code, out, _ = harness("backfill", FLAG, "--yes", "--reason", "phase 3")
        assert (code, "2 filled, 0 were equal" in out) == (0, True)
        for provider, key in DEMO_KEYS.items():
            assert f"{provider}" in out
            assert Secret(key).fingerprint in out
            assert key not in out

    def test_prints_json_for_scripts(self, harness):
        found = json.loads(harness("backfill", FLAG, "--yes", "--json")[1])
        assert (found["written"], found["is_whole"], found["counts"]["filled"]) == (True, True, 2)
        assert [each["key"] for each in found["keys"]] == ["openai", "runware"]

    def test_fails_where_a_key_needs_somebody(self, harness):
        GlobalIntegrationSettings.objects.update(dalle_api_key="sk-images-e0c5")
        code, out, _ = harness("backfill", FLAG, "--yes")
        assert (code, "Clear dalle_api_key" in " ".join(out.split()), "sk-images" in out) == (1, True, False)

    @pytest.mark.parametrize(("baseline", "said"), [(Stage.OFF, True), (Stage.DUALWRITE, False), (Stage.SHADOW, False)])
    def test_says_where_later_writes_would_miss_the_new_store(self, harness, baseline, said):
        if baseline is not Stage.SHADOW:
            flip(baseline=baseline)
        assert (f"harness flag {FLAG} --baseline dualwrite" in harness("backfill", FLAG)[1]) is said

    def test_of_the_candidates_turn_is_wrong_usage(self, harness):
        flip(everyone=True)
        code, _, err = harness("backfill", FLAG)
        assert (code, "harness reconcile" in err) == (2, True)


def test_resync_overwrites_what_a_backfill_left(harness):
    IntegrationProvider.objects.filter(pk="openai").update(api_key="sk-newer-6b1f")
    fill()
    assert harness("resync", FLAG, "--to", Side.CANDIDATE.value)[0] == 0
    assert stores_equal(FLAG)
