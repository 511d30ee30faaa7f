"""Saving a provider's key: which stores it reaches, stage by stage, and what is left of it elsewhere."""

import json

import pytest
import structlog
from django.utils import timezone

from igny8_core.auth.models import User
from igny8_core.business.billing.exceptions import KeyRefused, TwoOpenAIKeys, UnknownProvider
from igny8_core.business.billing.keys import store
from igny8_core.business.billing.keys.legacy import store as legacy
from igny8_core.business.billing.keys.legacy.saving import save_settings_key
from igny8_core.business.billing.keys.saving import save_provider_key
from igny8_core.business.billing.keys.seams import stores
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.seed import DEMO_KEYS
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.control.resync import resync
from migration_harness.deciding.stages import Side, Stage
from migration_harness.exceptions import LegacyStoreStale
from migration_harness.models import AuditEvent, Drift
from migration_harness.secret import Secret
from migration_harness.stores.pair import stores_equal
from migration_harness.stores.reconcile import reconcile
from migration_harness.testing import fixed_flags, flag_at, flag_state
from migration_harness.trail import audit

FLAG = "integration-provider-keys"
OLD, NEW = DEMO_KEYS["openai"], "sk-rotated-51c07e9b42d8"

pytestmark = pytest.mark.usefixtures("demo")


def save(key=NEW, provider="openai", actor="tester"):
    save_provider_key(provider=provider, api_key=key, actor=actor)


def kept(provider="openai"):
    """Return the keys of the legacy and of the new store, in clear."""
    return tuple(key and key.reveal() for key in (stores.control.read(provider), stores.candidate.read(provider)))


def settings_row(**keys):
    GlobalIntegrationSettings.objects.update(**keys)


def traces():
    return list(Drift.objects.values_list("key", "account_id", "authoritative"))


def break_store(monkeypatch, side, error=RuntimeError):
    """Let the writes of one side fail, those of the seam and those of the store."""

    def fail(*_, **__):
        raise error("planted")

    from igny8_core.business.billing.keys.seams import store_key

    monkeypatch.setattr(store_key, side.value, fail)


def flip(**fields):
    change_flag(name=FLAG, change=FlagChange(**fields), actor="tester")


class TestSavingAKey:
    @pytest.mark.parametrize(
        ("stage", "reached"),
        [
            (Stage.OFF, (NEW, OLD)),
            (Stage.DUALWRITE, (NEW, NEW)),
            (Stage.SHADOW, (NEW, NEW)),
            (Stage.LIVE, (NEW, NEW)),
            (Stage.RAMPDOWN, (NEW, NEW)),
            (Stage.COMPLETE, (OLD, NEW)),
        ],
        ids=lambda value: value.value if isinstance(value, Stage) else "",
    )
    def test_reaches_the_stores_of_the_stage(self, stage, reached):
        with fixed_flags(flag_at(FLAG, stage)):
            save()
        assert (kept(), traces()) == (reached, [])

    @pytest.mark.parametrize(
        "cohort",
        [{"included": frozenset("1")}, {"share_bps": 100}, {"everyone": True, "excluded": frozenset("1")}],
        ids=["one account", "a share", "all but one"],
    )
    def test_reaches_both_while_some_accounts_read_the_one_and_some_the_other(self, cohort):
        with fixed_flags(flag_state(FLAG, baseline=Stage.OFF, **cohort)):
            save()
        assert kept() == (NEW, NEW)

    @pytest.mark.parametrize("provider", ["openai", "runware"])
    def test_is_found_by_the_next_call_of_both_sides(self, provider, account):
        from igny8_core.ai import provider_keys
        from igny8_core.ai.legacy import provider_keys as legacy_keys

        save(provider=provider)
        for side in (legacy_keys, provider_keys):
            found = side.provider_key(account=account, provider=provider, purpose=provider_keys.Purpose.IMAGE)
            assert found.reveal() == NEW

    @pytest.mark.parametrize("stage", [Stage.OFF, Stage.SHADOW, Stage.COMPLETE])
    def test_of_a_provider_without_a_legacy_place_goes_to_its_row(self, stage):
        with fixed_flags(flag_at(FLAG, stage)):
            save(provider="stripe", key="sk_stripe_7d2")
        assert IntegrationProvider.objects.get(pk="stripe").api_key == Secret("sk_stripe_7d2")
        assert stores_equal(FLAG)

    def test_that_is_empty_removes_it_from_both(self):
        save("")
        assert (kept(), stores_equal(FLAG)) == ((None, None), True)

    def test_keeps_who_and_when(self):
        before = timezone.now()
        User.objects.create_user("olga")
        save(actor="olga")
        row = IntegrationProvider.objects.get(pk="openai")
        assert row.updated_by.username == "olga"
        assert row.updated_at >= before

    def test_takes_the_space_around_it_away(self):
        save(f"  {NEW}\n")
        assert kept() == (NEW, NEW)

    def test_replaces_one_that_nobody_can_decrypt(self, settings):
        from cryptography.fernet import Fernet

        settings.IGNY8_FIELD_KEYS = [Fernet.generate_key().decode()]
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            save()
        assert IntegrationProvider.objects.get(pk="openai").api_key == Secret(NEW)
        assert AuditEvent.objects.latest("id").before == {"api_key": "unreadable"}

    @pytest.mark.parametrize("key", ["x" * 501, "sk-two words-a93", "sk-line\nbreak", "sk-ümlaut"])
    def test_refuses_what_is_no_key_and_quotes_nothing(self, key):
        with pytest.raises(KeyRefused, match="openai") as caught:
            save(key)
        assert key[:8] not in str(caught.value)
        assert kept() == (OLD, OLD)

    @pytest.mark.parametrize("stage", [Stage.OFF, Stage.COMPLETE])
    def test_refuses_an_unknown_provider(self, stage):
        with fixed_flags(flag_at(FLAG, stage)), pytest.raises(UnknownProvider, match="'nobody'"):
            save(provider="nobody")


class TestAuditEvent:
    def test_names_both_keys_by_their_fingerprints(self):
        save()
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject) == ("tester", "save provider key", "key of openai")
        assert event.before == {"api_key": Secret(OLD).fingerprint}
        assert event.after == {"api_key": Secret(NEW).fingerprint}
        assert audit.verify()

    def test_and_the_log_hold_no_fragment_of_a_key(self, monkeypatch, caplog):
        break_store(monkeypatch, Side.CANDIDATE)
        with structlog.testing.capture_logs() as events:
            save()
        event = AuditEvent.objects.latest("id")
        told = json.dumps([event.before, event.after, event.evidence, event.reason, events], default=str) + caplog.text
        assert "harness.drift" in told
        assert [part for key in (OLD, NEW) for part in (key, key[3:11], key[-8:]) if part in told] == []

    def test_is_missing_where_the_key_was_not_kept(self, monkeypatch):
        break_store(monkeypatch, Side.CONTROL)
        count = AuditEvent.objects.count()
        with pytest.raises(RuntimeError):
            save()
        assert (AuditEvent.objects.count(), kept()) == (count, (OLD, OLD))


class Killed(KeyboardInterrupt):
    """The end of the process."""


class TestKill:
    @pytest.mark.parametrize(
        ("stage", "second"), [(Stage.SHADOW, Side.CANDIDATE), (Stage.LIVE, Side.CONTROL)], ids=lambda value: value.value
    )
    def test_between_the_two_stores_leaves_the_key_as_it_was_in_both(self, stage, second, monkeypatch):
        events = AuditEvent.objects.count()
        break_store(monkeypatch, second, Killed)
        with fixed_flags(flag_at(FLAG, stage)), pytest.raises(Killed):
            save()
        assert (kept(), traces(), AuditEvent.objects.count()) == ((OLD, OLD), [], events)


class TestDrift:
    @pytest.mark.parametrize(
        ("stage", "broken", "left"),
        [(Stage.SHADOW, Side.CANDIDATE, (NEW, OLD)), (Stage.LIVE, Side.CONTROL, (OLD, NEW))],
        ids=["the new store fails in shadow", "the legacy store fails at live"],
    )
    def test_is_left_by_a_store_that_failed_and_repaired_by_reconcile(self, stage, broken, left, monkeypatch):
        with monkeypatch.context() as patch, fixed_flags(flag_at(FLAG, stage)):
            break_store(patch, broken)
            save()
        assert (kept(), traces()) == (left, [("openai", "", broken.other.value)])
        assert not stores_equal(FLAG)
        assert reconcile().repaired == 1
        assert (kept(), traces(), stores_equal(FLAG)) == ((NEW, NEW), [], True)

    def test_of_a_removed_key_is_repaired_too(self, monkeypatch):
        with monkeypatch.context() as patch, fixed_flags(flag_at(FLAG, Stage.LIVE)):
            break_store(patch, Side.CONTROL)
            save("")
        reconcile()
        assert kept() == (None, None)


class TestWayBack:
    def test_from_live_finds_the_key_in_the_legacy_store(self):
        flip(everyone=True, stage=Stage.LIVE)
        save()
        roll_back(name=FLAG, actor="tester")
        assert kept()[0] == NEW

    def test_from_complete_needs_a_resync(self):
        flip(everyone=True, stage=Stage.COMPLETE)
        save()
        with pytest.raises(LegacyStoreStale, match=f"harness resync {FLAG} --to control"):
            roll_back(name=FLAG, actor="tester")
        assert resync(flag=FLAG, to=Side.CONTROL, actor="tester").copied == 1
        roll_back(name=FLAG, actor="tester")
        save("sk-after-the-way-back")
        assert kept() == ("sk-after-the-way-back", "sk-after-the-way-back")


@pytest.mark.legacy
class TestOpenAIsTwoKeys:
    """Legacy may have a key of its own for images."""

    def test_that_are_the_same_move_together(self):
        settings_row(dalle_api_key=OLD)
        save()
        row = GlobalIntegrationSettings.objects.get()
        assert (row.openai_api_key, row.dalle_api_key) == (NEW, NEW)

    def test_that_differ_stay_two_while_legacy_alone_is_written(self):
        settings_row(dalle_api_key="sk-images-e0c5")
        with fixed_flags(flag_at(FLAG, Stage.OFF)):
            save()
        row = GlobalIntegrationSettings.objects.get()
        assert (row.openai_api_key, row.dalle_api_key) == (NEW, "sk-images-e0c5")

    def test_that_differ_are_never_called_equal(self):
        settings_row(dalle_api_key="sk-images-e0c5")
        with pytest.raises(TwoOpenAIKeys, match="Clear dalle_api_key") as caught:
            stores_equal(FLAG)
        assert "sk-images" not in str(caught.value)
        assert Secret("sk-images-e0c5").fingerprint in str(caught.value)

    def test_cannot_come_to_be_once_the_new_side_has_one(self):
        with pytest.raises(TwoOpenAIKeys, match=Secret("sk-images-e0c5").fingerprint):
            save_settings_key(field="dalle_api_key", api_key="sk-images-e0c5", actor="tester")
        save_settings_key(field="dalle_api_key", api_key=OLD, actor="tester")
        assert stores_equal(FLAG)

    def test_are_free_before_that(self):
        IntegrationProvider.objects.update(api_key="")
        save_settings_key(field="dalle_api_key", api_key="sk-images-e0c5", actor="tester")
        assert GlobalIntegrationSettings.objects.get().dalle_api_key == "sk-images-e0c5"
        assert AuditEvent.objects.latest("id").after == {"dalle_api_key": Secret("sk-images-e0c5").fingerprint}

    def test_become_one_by_clearing_that_of_the_images(self):
        settings_row(dalle_api_key="sk-images-e0c5")
        save_settings_key(field="dalle_api_key", api_key="", actor="tester")
        assert stores_equal(FLAG)


@pytest.mark.parametrize("keys", [legacy.SettingsRow(), store.ProviderRows()], ids=["control", "candidate"])
class TestStore:
    """The contract of both stores."""

    @pytest.mark.parametrize("provider", ["openai", "runware", "stripe"])
    def test_keeps_what_is_written_and_removes_what_is_none(self, keys, provider):
        keys.write(provider, Secret(NEW))
        assert (keys.read(provider), provider in list(keys.keys())) == (Secret(NEW), True)
        keys.write(provider, None)
        assert (keys.read(provider), provider in list(keys.keys())) == (None, False)

    def test_reads_nothing_of_a_provider_that_it_does_not_have(self, keys):
        assert keys.read("nobody") is None

    def test_works_where_there_is_no_row_yet(self, keys):
        GlobalIntegrationSettings.objects.all().delete()
        IntegrationProvider.objects.all().delete()
        assert (list(keys.keys()), keys.read("runware")) == ([], None)
        keys.write("runware", Secret(NEW))
        assert keys.read("runware") == Secret(NEW)

    def test_has_fingerprints_that_tell_nothing_of_the_key(self, keys):
        assert keys.fingerprint(Secret(OLD)) != keys.fingerprint(Secret(NEW))
        assert keys.fingerprint(Secret(NEW)).startswith(Secret(NEW).fingerprint)
