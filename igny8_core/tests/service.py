"""The service as a test meets it: the demo's rows, a provider over real HTTP, a customer who presses buttons."""

import logging
from contextlib import redirect_stdout
from decimal import Decimal
from io import StringIO
from math import ceil
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.test import TestCase, override_settings
from rest_framework.test import APIClient

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.writer.models import Content, ImagePrompt
from igny8_core.seed import seed_demo

TEXT_MODEL = "gpt-5.1"
"""What a site without a choice works on."""
# @legacy begin model-selection
TEXT_MODEL = "gpt-4o-mini"
# @legacy end
USD = {"gpt-5.1": (Decimal("1.25"), Decimal(10)), "gpt-4o-mini": (Decimal("0.15"), Decimal("0.60"))}
"""What a model's provider charges for a million tokens in and out."""
# @legacy begin model-based-credits
TARIFFS = {
    "clustering": (150, 2),
    "idea_generation": (200, 1),
    "content_generation": (100, 3),
    "image_prompt_extraction": (100, 1),
    "internal_linking": (300, 1),
    "content_optimization": (200, 1),
}
"""Today's tokens per credit and least credits, by operation."""
# @legacy end


class ServiceTestCase(TestCase):
    """The demo, of which an account with choices of its own and its site are looked at."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The log tells of each call and each difference, which would bury the names of the tests.
        logging.disable(logging.WARNING)
        cls.addClassCleanup(logging.disable, logging.NOTSET)
        cls.provider = cls.enterClassContext(sandbox())
        media = cls.enterClassContext(TemporaryDirectory())
        cls.enterClassContext(override_settings(IGNY8_SANDBOX_URL=cls.provider.url, MEDIA_ROOT=media))

    @classmethod
    def setUpTestData(cls):
        seed_demo()
        cls.account = Account.objects.get(name="Blue Harbour")
        cls.site = cls.account.sites.get()
        cls.user = User.objects.create_user("customer", account=cls.account)

    def setUp(self):
        self.provider.forget()
        self.client = APIClient()
        self.client.force_login(self.user)

    def get(self, path):
        """Answer of the API, whatever it is."""
        return self.client.get(f"/api/v1/{path}")

    def press(self, path, **body):
        """Press a button; returns what it answers."""
        response = self.client.post(f"/api/v1/{path}", body, format="json")
        self.assertIn(response.status_code, (200, 202), response.content)
        return response.json()["data"]

    def keywords(self, *texts):
        texts = texts or ("oak table", "round oak table")
        return [Keyword.objects.create(account=self.account, site=self.site, keyword=text).pk for text in texts]

    def article(self, title="Oak table"):
        html = "<p>An oak table needs oil. A round oak table needs more oil.</p>"
        return Content.objects.create(account=self.account, site=self.site, title=title, html=html)

    def prompts(self):
        """The prompts of an article: one for its top, two inside."""
        content = self.article()
        return [
            ImagePrompt.objects.create(
                account=self.account, content=content, role=role, position=position, prompt=f"an oak, view {position}"
            ).pk
            for position, role in enumerate(("featured", "in_article", "in_article"))
        ]

    def empty_the_account(self):
        self.account.refresh_from_db()
        CreditTransaction.objects.create(
            account=self.account, transaction_type="adjustment", amount=-self.account.credits, balance_after=0,
            description="a test",
        )  # fmt: skip

    def logs(self):
        """Usage logs of the account, oldest first."""
        return list(CreditUsageLog.objects.filter(account=self.account).order_by("pk"))

    def assert_ledger(self, path, operations):
        """Each operation has one deduction and one usage log, at its price, and came in by this path."""
        logs = self.logs()
        self.assertEqual([log.operation_type for log in logs], operations)
        for log in logs:
            entry = log.transaction
            self.assertEqual(entry.metadata["execution_path"], path)
            self.assertEqual((-entry.amount, log.credits_used), (price_of(log),) * 2)
            self.assertEqual(log.cost_usd, cost_of(log))
        charged = CreditTransaction.objects.filter(account=self.account, transaction_type="deduction")
        self.assertEqual(charged.count(), len(logs))
        before = self.account.credits
        self.account.refresh_from_db()
        self.assertEqual(before - self.account.credits, sum(log.credits_used for log in logs))


def switch_to_new(*flags):
    """Put everyone into the cohort of these flags, as an operator does."""
    for name in flags:
        harness("flag", name, "--everyone", "yes")


def harness(*arguments):
    """Run a verb of the harness; returns what it prints."""
    with redirect_stdout(StringIO()) as out:
        call_command("harness", *arguments)
    return out.getvalue()


def price_of(log):
    """Credits of an operation on the default models: an image of dall-e-3 is 5 today, and 5 after."""
    if log.operation_type == "image_generation":
        return 5
    tokens = log.tokens_input + log.tokens_output
    # @legacy begin model-based-credits
    if TEXT_MODEL == "gpt-4o-mini":
        tokens_per_credit, least = TARIFFS[log.operation_type]
        return max(ceil(tokens / tokens_per_credit), least)
    # @legacy end
    return ceil(tokens / 1_000)


def cost_of(log):
    """USD of the provider on the default models; dall-e-3 is 0.040 an image."""
    if log.operation_type == "image_generation":
        return Decimal("0.040")
    sent, made = USD[TEXT_MODEL]
    return ((log.tokens_input * sent + log.tokens_output * made) / 1_000_000).quantize(Decimal("0.000001"))
