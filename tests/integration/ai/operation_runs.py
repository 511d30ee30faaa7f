"""The AI operations on rows made for them, and what they cost."""

from igny8_core.ai import operations
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.planner.models import Cluster, Keyword

from ..content_parts import content_of, keyword_of, task_of

TOKENS = "[[sandbox tokens_in=2000 tokens_out=760]]"


def clustering(site, marker=""):
    keywords = [keyword_of(site, text) for text in (f"oak table {marker}", "round oak table", "garden chair")]
    return {"keyword_ids": [keyword.pk for keyword in keywords]}


def ideas(site, marker=""):
    cluster = Cluster.objects.create(account=site.account, site=site, name="Oak", description=marker)
    Keyword.objects.create(account=site.account, site=site, keyword="oak table", cluster=cluster)
    return {"cluster_ids": [cluster.pk]}


def content(site, marker=""):
    return {"task_id": task_of(site, "How to oil oak", description=marker, keywords=["oak oil"]).pk}


def image_prompts(site, marker=""):
    return {"content_id": content_of(site, title=f"How to oil oak {marker}").pk}


OPERATIONS = {
    "clustering": (operations.cluster_keywords, clustering, 19),
    "idea_generation": (operations.generate_ideas, ideas, 14),
    "content_generation": (operations.generate_content, content, 28),
    "image_prompt_extraction": (operations.generate_image_prompts, image_prompts, 28),
}
"""By operation type: how it is called, what for, and what 2,760 tokens cost by its tariff of today."""

PRICE = 3
"""Credits of 2,760 tokens on gpt-5.1, whatever the operation."""


class Run:
    """One operation on rows made for it, to be run as often as a test likes."""

    def __init__(self, operation, site, marker):
        self.call, arrange, self.tariff = OPERATIONS[operation]
        self.site, self.rows = site, arrange(site, marker)

    def __call__(self, operation_id="op-1", **more):
        values = {"account": self.site.account, "site": self.site, "operation_id": operation_id, **self.rows}
        return self.call(**values | more)


def spend_all(account, but=0):
    account.refresh_from_db()
    CreditService.deduct_credits_for_operation(
        account=account, operation_type="clustering", model="gpt-4o", operation_id="spent",
        usage=Usage(tokens_input=(account.credits - but) * 1_000, tokens_output=0),
    )  # fmt: skip
    account.refresh_from_db()
    assert account.credits == but
