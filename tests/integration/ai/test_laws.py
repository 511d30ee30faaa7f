"""The operations of the service as they are recorded, and the laws that they obey; mistakes in callers break them."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from igny8_core.ai.exceptions import InvalidInput
from igny8_core.ai.functions import generate_images
from igny8_core.ai.outcomes import Outcome
from igny8_core.auth.models import Account
from igny8_core.business.billing.services import credit_service
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.effects import OPERATIONS as DECLARED
from igny8_core.effects.seen import AI_KINDS
from igny8_core.modules.writer.models import Image
from migration_harness import queries
from migration_harness.models import RecordedOperation
from migration_harness.operations import triggers
from migration_harness.operations.declaring import every_entry
from migration_harness.operations.keeping import recording_of

from .execution_paths import OPERATIONS


@pytest.fixture
def account(demo):
    """One that may choose its models, and chose none."""
    return Account.objects.select_related("plan").get(name="Blue Harbour")


@pytest.fixture
def do(provider, site, media, settings):
    """Do one of the operations, recorded, and return the recording."""
    settings.HARNESS = settings.HARNESS | {"RECORDED_BPS": 10_000}
    # Written before the operation begins: what is newer than it may have been another one when it was priced.
    provider.forget()

    def do(kind, *, arranged=True):
        operation = OPERATIONS[kind]
        if arranged:
            operation.arrange(site)
        site.account.refresh_from_db()
        error = None
        try:
            operation.service(account=site.account, site=site, operation_id=f"op {kind}", **operation.rows)
        except Exception as raised:  # noqa: BLE001  What is planted may end in any error.
            error = raised
        kept = RecordedOperation.objects.filter(kind=kind).latest("pk")
        assert kept.error == ("" if error is None else type(error).__qualname__)
        return kept

    return do


class TestRecordedOperation:
    @pytest.mark.parametrize("kind", sorted(OPERATIONS))
    def test_is_whole_and_obeys_every_law(self, do, kind):
        kept = do(kind)
        assert (kept.missing, kept.broken) == ([], [])
        assert set(kept.held) | set(kept.unsaid) == {law.name for law in DECLARED.laws_for(kind)}
        assert kept.unsaid == []

    @pytest.mark.legacy
    def test_obeys_laws_that_say_nothing_of_prices_while_phase_1_is_undone(self, do, harness, caplog):
        assert harness("rollback", "--all", "--to", "off")[0] == 0
        assert harness("rollback", "--phase", "1", "--without-backup", "--yes")[0] == 0
        kept = do("image_generation")
        assert kept.broken == []
        assert {"cost_is_what_the_provider_charges", "size_is_the_models"} <= set(kept.unsaid)
        assert "harness.fault" not in caplog.text

    def test_has_the_rows_that_the_triggers_of_the_ledger_changed(self, do, site):
        found = recording_of(do("clustering"))
        (entry,), (log,) = found.inserted("billing.CreditTransaction"), found.inserted("billing.CreditUsageLog")
        (balance,) = found.rows_of("igny8_auth.Account")
        assert balance.after["credits"] - balance.before["credits"] == entry["amount"] == -log["credits_used"]
        assert {row.model for row in found.rows} == {
            "billing.CreditTransaction",
            "billing.CreditUsageLog",
            "igny8_auth.Account",
            "planner.Cluster",
            "planner.Keyword",
        }

    def test_has_what_was_sent_and_what_came_back_and_no_key(self, do):
        found = recording_of(do("clustering"))
        (step,) = (step for step in found.steps if step.kind == "sent")
        (log,) = found.inserted("billing.CreditUsageLog")
        asked = (step.name, step.payload["body"]["model"], step.answer["status"])
        assert asked == ("openai", log["model_used"], 200)
        assert "sandbox-" not in str(RecordedOperation.objects.values().get())

    def test_has_the_files_of_its_images(self, do):
        found = recording_of(do("image_generation"))
        files = [step.name for step in found.steps if step.kind == "file"]
        assert files == list(Image.objects.order_by("pk").values_list("file", flat=True))

    def test_is_one_for_each_kind_that_asks_a_provider(self):
        assert set(every_entry()) >= AI_KINDS | {"optimization_applied"}

    def test_has_triggers_on_all_that_is_declared(self, demo):
        assert triggers.lacking() == []


def no_deduction(monkeypatch):
    """Images are kept and not charged: the failure of the real refactor."""

    def free(order, *, model, spent, save, target_model=""):
        return Outcome(operation_id=order.operation_id, model=model, credits=0, created=save())

    monkeypatch.setattr(generate_images, "charge_once", free)


def no_log_of_failures(monkeypatch):
    """An answer that nobody pays for is not logged any more."""
    monkeypatch.setattr(CreditService, "record_unbilled", lambda **_: None)
    monkeypatch.setattr(generate_images, "_save", gone)


def gone(*_args, **_kwargs):
    raise InvalidInput("The prompt was deleted.")


def no_check(monkeypatch):
    monkeypatch.setattr(CreditService, "check_credits_for_image", lambda **_: 0)
    monkeypatch.setattr(CreditService, "check_credits", lambda **_: 0)


def size_in_the_caller(monkeypatch):
    monkeypatch.setattr(generate_images, "image_size", lambda **_: "512x512")


def one_name_for_all(monkeypatch):
    def store(made, *, prompt, operation_id):
        name = f"images/{prompt.content_id}/article.png"
        default_storage.delete(name)
        return generate_images._Stored(name=default_storage.save(name, ContentFile(made.content)), sha256="0" * 64)

    monkeypatch.setattr(generate_images, "_store", store)


def per_thousand(monkeypatch):
    exact = credit_service.provider_cost
    monkeypatch.setattr(credit_service, "provider_cost", lambda **asked: exact(**asked) / 1000)


PLANTED = {
    "no_deduction": (no_deduction, "image_generation", {"one_charge_per_image", "usage_on_every_path"}),
    "no_log": (no_log_of_failures, "image_generation", {"usage_on_every_path"}),
    "no_check_of_images": (no_check, "image_generation", {"balance_before_provider"}),
    "no_check_of_text": (no_check, "clustering", {"balance_before_provider"}),
    "size": (size_in_the_caller, "image_generation", {"size_is_the_models"}),
    "one_name": (one_name_for_all, "image_generation", {"no_two_files_share_a_path"}),
    "per_thousand": (per_thousand, "clustering", {"cost_is_what_the_provider_charges"}),
}


class TestMistakeInACaller:
    @pytest.mark.parametrize("planted", PLANTED)
    def test_breaks_a_law_and_is_a_discrepancy(self, do, monkeypatch, planted):
        plant, kind, laws = PLANTED[planted]
        plant(monkeypatch)
        kept = do(kind)
        found = {d.group[0]: d for d in queries.discrepancies() if d.verdict == "unlawful"}
        assert (set(kept.broken), set(found)) == (laws, laws)
        for name, discrepancy in found.items():
            (sample,) = queries.samples(discrepancy.signature)
            (law,) = (law for law in DECLARED.laws if law.name == name)
            assert (discrepancy.seam, discrepancy.paths) == (f"operation.{kind}", (name,))
            assert sample.payload["differences"][0]["control"] == law.sentence
