"""What tests of the console ask of a page."""

import re

from bs4 import BeautifulSoup
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from migration_harness.models import ComparisonSample
from tests.hostile import HOSTILE as TEXTS

OVERVIEW = "/migration/"
STANDING, NOW = "/migration/overview/standing/", "/migration/overview/now/"
FLAGS, SEAMS, CHANGES = "/migration/flags/", "/migration/seams/", "/migration/changes/"
DISCREPANCIES = "/migration/discrepancies/"
CREDITS = "model-based-credits"
KEYS = "integration-provider-keys"
HOSTILE = TEXTS["markup"]


def words(response):
    """Return the text of a page with single spaces, as a person reads it."""
    content = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(strip_tags(content).split())


def page_of(signature):
    return reverse("dashboards:discrepancy", args=[signature])


def flag_page(name=CREDITS):
    return reverse("dashboards:flag", args=[name])


def form_in(response):
    """Return the address and the fields of the one form of a page that is sent by POST, as a browser has them."""
    page = BeautifulSoup(response.content, "html.parser")
    (form,) = (each for each in page.select("main.console form") if each["method"] == "post")
    fields = {each["name"]: each.get("value", "") for each in form.select("input[name]:not([type=checkbox])")}
    return form["action"], fields


def confirm(client, url, *, follow=True, **entered):
    """Look at an action, enter what a person enters, and press the button; returns the page after it."""
    asked = client.get(url)
    assert asked.status_code == 200, words(asked)
    address, fields = form_in(asked)
    return client.post(address, fields | entered, follow=follow)


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
