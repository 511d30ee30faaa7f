"""The AI system from end to end: a class for each phase of the migration, a class for each execution path.

Every phase is looked at on both sides of its flag. Each class of failure that followed the first attempt at this
migration makes a test here fail.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from importlib import import_module
from inspect import getsource

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from freezegun import freeze_time

from igny8_core.ai import operations
from igny8_core.ai import seams as ai_seams
from igny8_core.ai.demo_keys import DEMO_KEYS
from igny8_core.ai.exceptions import ProviderKeyMissing
from igny8_core.ai.provider_keys import Purpose
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.tasks import run_automation, start_due
from igny8_core.business.billing import seams as credit_seams
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.keys import seams as key_seams
from igny8_core.business.billing.keys.saving import save_provider_key
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, IntegrationProvider
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.migration_plan import PLAN
from igny8_core.modules.system import seams as system_seams
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.modules.writer.models import Image
from igny8_core.tests.service import ServiceTestCase, harness, switch_to_new
from migration_harness.api import Seam, Secret, WriteSeam

CREDITS = ("model-selection", "model-based-credits")
ONE_ARTICLE = [
    "clustering", "idea_generation", "content_generation", "image_prompt_extraction",
    "image_generation", "image_generation", "image_generation",
]  # fmt: skip
"""What is charged on the way from keywords to one article with its images."""


class Phase1ModelsAndFieldsTest(ServiceTestCase):
    def test_every_model_has_the_prices_of_the_list(self):
        fields = (
            "model_type", "provider", "is_active", "is_default", "input_cost_per_1m", "output_cost_per_1m",
            "cost_per_image", "tokens_per_credit", "credits_per_image", "quality_tier", "square_size", "landscape_size",
        )  # fmt: skip
        text, square = ("text", "openai", True), "1024x1024"
        usd = Decimal
        expected = {
            "gpt-5.1": (*text, True, usd("1.25"), usd(10), None, 1_000, None, None, None, None),
            "gpt-4o": (*text, False, usd("2.50"), usd(10), None, 1_000, None, None, None, None),
            "gpt-4o-mini": (*text, False, usd("0.15"), usd("0.60"), None, 10_000, None, None, None, None),
            "runware:97@1": (
                "image", "runware", True, False, None, None, usd("0.012"), None, 1, "basic", square, "1280x768",
            ),
            "dall-e-3": (
                "image", "openai", True, True, None, None, usd("0.040"), None, 5, "quality", square, "1792x1024",
            ),
            "google:4@2": (
                "image", "runware", True, False, None, None, usd("0.14"), None, 15, "premium", square, "1376x768",
            ),
        }  # fmt: skip
        found = {row[0]: row[1:] for row in AIModelConfig.objects.values_list("model_name", *fields)}
        self.assertEqual(found, expected)

    def test_a_type_has_one_default(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            AIModelConfig.objects.filter(model_name="gpt-4o").update(is_default=True)

    def test_every_provider_has_a_row_and_its_secrets_are_encrypted(self):
        types = dict(IntegrationProvider.objects.values_list("provider_id", "provider_type"))
        self.assertEqual(types, {"openai": "ai", "runware": "ai", "resend": "email", "stripe": "payment"})
        for field in ("api_key", "api_secret", "webhook_secret"):
            IntegrationProvider.objects.filter(pk="stripe").update(**{field: Secret("sk-of-the-test")})
        self.assertEqual(IntegrationProvider.objects.get(pk="stripe").webhook_secret, Secret("sk-of-the-test"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT row::text FROM billing_integrationprovider row")
            kept = str(cursor.fetchall())
        self.assertFalse([key for key in (*DEMO_KEYS.values(), "sk-of-the-test") if key in kept])

    def test_the_ledger_has_its_names(self):
        for model, names in {
            "igny8_auth.Account": "name credits",
            "billing.CreditTransaction": "account transaction_type amount balance_after description metadata "
            "reference_id created_at",
            "billing.CreditUsageLog": "account operation_type credits_used cost_usd model_used tokens_input "
            "tokens_output metadata created_at",
        }.items():
            fields = {field.name for field in apps.get_model(model)._meta.get_fields()}
            self.assertLessEqual(set(names.split()), fields, model)


class Phase2ParallelPathsTest(ServiceTestCase):
    def test_both_sides_of_every_seam_exist_and_answer(self):
        account, usage = self.account, Usage(tokens_input=4_000, tokens_output=1_000)
        key = {"provider": "openai", "key": Secret(DEMO_KEYS["openai"]), "actor": "test"}
        calls = {
            ai_seams.provider_key: {"account": account, "provider": "openai", "purpose": Purpose.TEXT},
            ai_seams.default_model: {"account": account, "model_type": "text"},
            ai_seams.provider_of: {"account": account, "model": "dall-e-3", "model_type": "image"},
            ai_seams.quality_tier: {"account": account, "model": "dall-e-3"},
            ai_seams.image_size: {"account": account, "model": "google:4@2", "role": "featured"},
            ai_seams.cost_usd: {"account": account, "model": "gpt-5.1", "usage": usage},
            credit_seams.credit_cost: {
                "account": account, "operation": "clustering", "model": "gpt-4o", "usage": usage,
            },
            credit_seams.image_cost: {"account": account, "model": "google:4@2", "images": 1},
            key_seams.store_key: key,
            system_seams.model_choices: {"account": account, "model_type": "text"},
        }  # fmt: skip
        planned = [name for flag in PLAN.flags for name in flag.seams]
        self.assertEqual(sorted(seam.name for seam in calls), sorted(planned))
        answers = {seam.name: (seam.control(**call), seam.candidate(**call)) for seam, call in calls.items()}
        control, candidate = answers.pop("models.catalogue")
        self.assertEqual((len(control), len(candidate)), (5, 3))
        openai = Secret(DEMO_KEYS["openai"])
        self.assertEqual(
            answers,
            {
                "keys.provider_key": (openai, openai),
                "keys.store": (openai, openai),
                "models.default": ("gpt-4o-mini", "gpt-5.1"),
                "models.provider": ("openai", "openai"),
                "models.quality_tier": ("quality", "quality"),
                "models.image_size": ("1376x768", "1376x768"),
                "models.cost_usd": (Decimal("0.015"), Decimal("0.015")),
                "credits.text": (34, 5),
                "credits.image": (7, 15),
            },
        )


class Phase3KeysTest(ServiceTestCase):
    FLAG = "integration-provider-keys"

    def setUp(self):
        super().setUp()
        # Another key that the sandbox takes, so that the wire tells from which store a key came.
        self.other = DEMO_KEYS["runware"]
        IntegrationProvider.objects.filter(pk="openai").update(api_key=Secret(self.other))

    def assert_key_on_the_wire(self, key, keyword="oak table"):
        self.provider.forget()
        self.press("planner/keywords/cluster/", ids=self.keywords(keyword))
        self.assertEqual([r.key for r in self.provider.requests], [self.provider.record.fingerprint(key)])

    def test_today_the_key_is_that_of_the_settings(self):
        self.assert_key_on_the_wire(DEMO_KEYS["openai"])

    def test_after_the_switch_it_is_that_of_the_provider(self):
        switch_to_new(self.FLAG)
        self.assert_key_on_the_wire(self.other)

    def test_a_key_that_is_entered_is_used_by_the_next_call_on_both_sides(self):
        save_provider_key(provider="openai", api_key=self.other, actor="customer")
        self.assert_key_on_the_wire(self.other)
        switch_to_new(self.FLAG)
        save_provider_key(provider="openai", api_key=DEMO_KEYS["openai"], actor="customer")
        self.assert_key_on_the_wire(DEMO_KEYS["openai"], "pine shelf")

    def test_without_a_key_nobody_is_asked(self):
        GlobalIntegrationSettings.objects.update(openai_api_key="")
        call = {"account": self.account, "site": self.site, "keyword_ids": self.keywords()}
        with self.assertRaises(ProviderKeyMissing):
            operations.cluster_keywords(**call, operation_id="today")
        switch_to_new(self.FLAG)
        IntegrationProvider.objects.filter(pk="openai").update(is_active=False)
        with self.assertRaises(ProviderKeyMissing):
            operations.cluster_keywords(**call, operation_id="after")
        self.assertEqual((self.provider.requests, self.logs()), ([], []))


class Phase4CreditsTest(ServiceTestCase):
    EXAMPLES = {
        ("clustering", "gpt-5.1", 2_760): (19, 3),
        ("clustering", "gpt-4o-mini", 2_760): (19, 1),
        ("content_generation", "gpt-5.1", 5_000): (50, 5),
        ("content_generation", "gpt-4o", 5_000): (50, 5),
        ("content_generation", "gpt-4o-mini", 5_000): (50, 1),
        ("clustering", "gpt-5.1", 1): (2, 1),
        ("clustering", "gpt-5.1", 1_001): (7, 2),
    }
    """Operation, model and tokens: credits today, and after."""
    IMAGES = {
        ("dall-e-3", 1): (5, 5), ("google:4@2", 1): (7, 15), ("runware:97@1", 1): (5, 1), ("dall-e-3", 3): (6, 15),
    }  # fmt: skip
    """Model and number: credits today, where three at once are estimated wrongly, and after."""

    def prices(self):
        texts = [
            CreditService.get_credit_cost(
                account=self.account, operation_type=operation, model=model,
                usage=Usage(tokens_input=tokens, tokens_output=0),
            )
            for operation, model, tokens in self.EXAMPLES
        ]  # fmt: skip
        images = [
            CreditService.get_image_cost(account=self.account, model=model, images=images)
            for model, images in self.IMAGES
        ]
        return texts + images

    def test_the_worked_examples_hold_on_both_sides(self):
        today = self.prices()
        switch_to_new(*CREDITS)
        expected = [*self.EXAMPLES.values(), *self.IMAGES.values()]
        self.assertEqual(list(zip(today, self.prices(), strict=True)), expected)

    def test_a_text_is_charged_by_its_model_after_the_switch(self):
        switch_to_new(*CREDITS)
        self.press("planner/keywords/cluster/", ids=self.keywords())
        (log,) = self.logs()
        tokens = log.tokens_input + log.tokens_output
        self.assertEqual((log.model_used, log.credits_used), ("gpt-5.1", -(-tokens // 1_000)))
        cost = (log.tokens_input * Decimal("1.25") + log.tokens_output * 10) / 1_000_000
        self.assertEqual(log.cost_usd, cost.quantize(Decimal("0.000001")))


class ImagesOnOneSide:
    """Three images of the default model, dall-e-3: the same on both sides."""

    def draw(self):
        self.drawn = self.prompts()
        return operations.generate_images(
            account=self.account, site=self.site, operation_id="images", prompt_ids=self.drawn
        )

    def test_each_image_is_charged_and_logged(self):
        outcome = self.draw()
        self.assertEqual([image.credits for image in outcome.images], [5, 5, 5])
        logged = [(log.operation_type, log.model_used, log.credits_used, log.cost_usd) for log in self.logs()]
        self.assertEqual(logged, [("image_generation", "dall-e-3", 5, Decimal("0.040"))] * 3)
        self.assertEqual([log.related_object_id for log in self.logs()], [str(pk) for pk in self.drawn])
        charged = CreditTransaction.objects.filter(operation_id__startswith="images:")
        self.assertEqual([entry.amount for entry in charged], [-5, -5, -5])

    def test_an_empty_account_reaches_no_provider(self):
        self.empty_the_account()
        with self.assertRaises(InsufficientCreditsError):
            self.draw()
        self.assertEqual((self.provider.requests, Image.objects.count()), ([], 0))

    def test_the_tier_is_that_of_the_default_model(self):
        self.draw()
        self.assertEqual({log.metadata["quality_tier"] for log in self.logs()}, {"quality"})

    def test_the_size_on_the_wire_is_that_of_the_model(self):
        self.draw()
        asked = [request.payload["size"] for request in self.provider.requests]
        self.assertEqual(asked, ["1792x1024", "1024x1024", "1024x1024"])

    def test_every_image_has_a_file_of_its_own(self):
        self.draw()
        images = Image.objects.filter(prompt__in=self.drawn)
        self.assertEqual(len({image.file for image in images}), 3)
        kept = [sha256(default_storage.open(image.file).read()).hexdigest() for image in images]
        self.assertEqual(kept, [image.sha256 for image in images])


class Phase4ImagesTodayTest(ImagesOnOneSide, ServiceTestCase):
    pass


class Phase4ImagesAfterTest(ImagesOnOneSide, ServiceTestCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        switch_to_new(*CREDITS)


class Phase5EndpointTest(ServiceTestCase):
    # @legacy begin ai-models-endpoint
    def test_there_is_no_such_address_today(self):
        answer = self.get("system/ai-models/")
        self.assertEqual((answer.status_code, answer.json()["success"]), (404, False))

    # @legacy end

    def test_it_answers_the_models_and_their_prices_after_the_switch(self):
        switch_to_new(*CREDITS, "ai-models-endpoint")
        answer = self.get("system/ai-models/").json()["data"]
        labels = {kind: {row["model_name"]: row["label"] for row in rows} for kind, rows in answer.items()}
        self.assertEqual(
            labels,
            {
                "text": {
                    "gpt-5.1": "GPT-5.1 (1,000 tokens/credit)",
                    "gpt-4o": "GPT-4o (1,000 tokens/credit)",
                    "gpt-4o-mini": "GPT-4o mini (10,000 tokens/credit)",
                },
                "image": {
                    "runware:97@1": "Basic (1 credit/image)",
                    "dall-e-3": "Quality (5 credits/image)",
                    "google:4@2": "Premium (15 credits/image)",
                },
            },
        )
        defaults = [row["model_name"] for rows in answer.values() for row in rows if row["is_default"]]
        self.assertEqual(defaults, ["gpt-5.1", "dall-e-3"])


class Phase6ChoicesTest(ServiceTestCase):
    def offered(self):
        """What pages are told of, and may choose from."""
        choices = system_seams.model_choices(account=self.account, model_type="image")
        return self.get("auth/me/").json()["data"]["flags"], {choice.model_name for choice in choices}

    def test_are_those_of_the_flag(self):
        today, names = self.offered()
        self.assertEqual(today, {"dynamic-model-choices": False})
        self.assertIn("bria:10@1", names)
        switch_to_new(*CREDITS, "ai-models-endpoint", "dynamic-model-choices")
        after, names = self.offered()
        self.assertEqual(after, {"dynamic-model-choices": True})
        self.assertEqual(names, {"runware:97@1", "dall-e-3", "google:4@2"})


@pytest.mark.legacy
class Phase7CleanupTest(ServiceTestCase):
    def test_the_scan_finds_what_remains_of_the_five_lines(self):
        found = json.loads(harness("legacy", "scan", "--json"))
        remains = {line["name"]: len(line["findings"]) for line in found["lines"]}
        self.assertLessEqual({"rates", "keys", "frontend", "fallback", "fields"}, set(remains))
        self.assertEqual((remains["rates"], remains["keys"], remains["fields"]), (2, 5, 5))
        self.assertGreater(remains["fallback"], 0)

    def test_every_control_can_be_deleted_with_its_folder(self):
        modules = (ai_seams, credit_seams, key_seams, system_seams)
        found = {each for module in modules for each in vars(module).values() if isinstance(each, (Seam, WriteSeam))}
        self.assertEqual({seam.name for seam in found}, {name for flag in PLAN.flags for name in flag.seams})
        for seam in found:
            self.assertIn(".legacy.", seam.control.__module__)
            self.assertNotIn(".legacy", getsource(import_module(seam.candidate.__module__)))


class ManualPathTest(ServiceTestCase):
    def test_the_buttons_lead_from_keywords_to_images(self):
        clusters = self.press("planner/keywords/cluster/", ids=self.keywords())["created"]
        ideas = self.press("planner/clusters/generate_ideas/", ids=clusters)["created"]
        task, *_ = self.press("planner/ideas/queue/", ids=ideas)["created"]
        (content,) = self.press(f"writer/tasks/{task}/generate_content/")["created"]
        prompts = self.press(f"writer/contents/{content}/generate_image_prompts/")["created"]
        images = self.press("writer/image_prompts/generate_images/", ids=prompts)
        self.assertEqual((len(images["images"]), images["failures"]), (3, []))
        self.assert_ledger("manual", ONE_ARTICLE)
        self.assertEqual(len(self.provider.requests), len(ONE_ARTICLE))


class AutomatedPath:
    """A run that writes one article."""

    def assert_done(self, run, path):
        run_automation(run_id=run.pk)
        run.refresh_from_db()
        self.assertEqual((run.status, run.error), ("completed", ""))
        self.assert_ledger(path, ONE_ARTICLE)
        self.assertEqual(len(self.provider.requests), len(ONE_ARTICLE))


class RunNowPathTest(AutomatedPath, ServiceTestCase):
    def test_run_now_leads_from_keywords_to_images(self):
        self.keywords()
        self.press(f"automation/update_config/?site={self.site.pk}", max_articles=1)
        started = self.press(f"automation/run_now/?site={self.site.pk}")
        self.assert_done(AutomationRun.objects.get(pk=started["id"]), "run_now")


class ScheduledPathTest(AutomatedPath, ServiceTestCase):
    def test_the_clock_leads_from_keywords_to_images(self):
        self.keywords()
        with freeze_time("2026-01-05 01:30") as clock:
            AutomationConfig.objects.create(account=self.account, site=self.site, enabled=True, hour=2, max_articles=1)
            for moment in ("2026-01-05 01:35", "2026-01-05 02:05", "2026-01-05 03:05"):
                clock.move_to(moment)
                start_due()
        run = AutomationRun.objects.get()
        self.assertEqual(run.scheduled_for, datetime(2026, 1, 5, 2, tzinfo=UTC))
        self.assert_done(run, "scheduled")


class DirectPathTest(ServiceTestCase):
    def test_linker_and_optimizer_charge_by_themselves(self):
        self.article("All about oil")
        call = {"account": self.account, "site": self.site, "content_id": self.article().pk}
        linked = LinkerService.link(**call, operation_id="link")
        optimized = OptimizerService.optimize(**call, operation_id="optimize")
        self.assertEqual((len(linked.created), len(optimized.created)), (1, 1))
        self.assert_ledger("direct", ["internal_linking", "content_optimization"])
        self.assertEqual(len(self.provider.requests), 2)
