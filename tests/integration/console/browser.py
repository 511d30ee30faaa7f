"""What tests of the console ask of a page."""

import re

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from migration_harness.models import ComparisonSample

OVERVIEW = "/migration/"
CREDITS = "model-based-credits"
KEYS = "integration-provider-keys"
HOSTILE = "<script>alert('owned')</script> & Sons"


def words(response):
    """Return the text of a page with single spaces, as a person reads it."""
    content = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(strip_tags(content).split())


def page_of(signature):
    return reverse("dashboards:discrepancy", args=[signature])


def record_discrepancies(numbers, accounts):
    """Write discrepancies straight into the log, each of another kind of call."""
    now = timezone.now()
    for index in numbers:
        signature, account = f"{index:012x}", accounts[index % len(accounts)]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, account_id, account_plan, "
                "execution_path, group_by, verdict, signature, control_measure, candidate_measure, control_ns, "
                "candidate_ns, operation_id, request_id, run) VALUES "
                "(%s, 'credits.text', 1, 'shadow', %s, '1', 'direct', %s, 'mismatch', %s, 10, 3, 1, 1, %s, '', '')",
                [now, str(account.pk), [f"operation-{index}"], signature, f"op-{index}"],
            )
        ComparisonSample.objects.create(
            signature=signature, seam="credits.text", verdict="mismatch", group=[f"operation-{index}"],
            account_id=str(account.pk), operation_id=f"op-{index}", at=now,
            payload={
                "differences": [{"path": "credits", "kind": "value", "control": 10, "candidate": 3}],
                "call": {"model": "gpt-5.1"},
            },
        )  # fmt: skip
