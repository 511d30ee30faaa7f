"""What people say of phases, rollouts, approvals and the like: text on every page, in every verb, and to programs."""

import json

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from dashboards import urls
from dashboards.api import urls as api_urls
from igny8_core.auth.models import Account, User
from migration_harness import models, queries
from tests.hostile import raw_in
from tests.tokens import bearer

from .live import refuse_live

FLAG = "model-based-credits"
SHOWN = "&lt;script&gt;alert"
UNSEEN = {"nowhere"}
"""An endpoint that answers for every address that is none."""
PAGES = {pattern.name: pattern for pattern in urls.urlpatterns}
ENDPOINTS = {pattern.name: pattern for pattern in api_urls.urlpatterns if pattern.name not in UNSEEN}
NUMBERED = {
    "approval": models.Approval, "answer": models.Approval, "approval-answer": models.Approval,
    "decide": models.StoredExplanation, "explanation": models.StoredExplanation, "decision": models.StoredExplanation,
    "notice-again": models.Notice, "recording": models.RecordedOperation,
}  # fmt: skip
"""Of what a page or an endpoint is that has a number in its address; any other is of a phase."""
SAY_IT = {
    "overview", "rollouts", "rollout", "notices", "approvals", "approval", "explanations", "phase", "tokens", "legacy",
    "errors", "recordings", "recording",
}  # fmt: skip
"""Pages that show what somebody has said of their noun."""
VERBS = [
    ("gates", "3"), ("gates", "4"), ("trial-balance",), ("checklist", "4"), ("criteria",), ("errors",), ("rollout",),
    ("rollout", FLAG),
    ("notices",), ("approvals", "list"), ("token", "list", "--all"), ("legacy", "executed"),
    ("operations", "list"), ("operations", "laws"), ("deferred",),
]  # fmt: skip
OF_ONE = [("approvals", "show", models.Approval), ("operations", "show", models.RecordedOperation)]


def addresses_of(pattern, space):
    """Return the addresses of a page or an endpoint: of several rows where it is of one."""
    of_names = {
        "name": [found.name for found in queries.causes_of(queries.discrepancies())[:3]]
        if "cause" in pattern.name
        else [FLAG],
        "signature": [found.signature for found in queries.discrepancies()[:3]],
        "prefix": list(models.ApiToken.objects.values_list("prefix", flat=True)[:1]),
        "item": [1],
        "gate": ["finance"],
        "account_id": list(Account.objects.order_by("pk").values_list("pk", flat=True)[:3]),
        "number": [4],
    }
    if pattern.name in NUMBERED:
        numbers = list(NUMBERED[pattern.name].objects.order_by("pk").values_list("pk", flat=True))
        of_names["number"] = [*numbers[:3], *numbers[-2:]]
    names = list(pattern.pattern.converters)
    if not names:
        return [reverse(f"{space}:{pattern.name}")]
    several = of_names[names[0]]
    rest = {name: of_names[name][0] for name in names[1:]}
    return [reverse(f"{space}:{pattern.name}", kwargs={names[0]: each, **rest}) for each in several]


def refuse_obeyed(code, out, err):
    assert code in (0, 1, 3), err
    assert (raw_in(out), raw_in(err)) == ("", "")
    assert "\nroot did rollback" not in out + err


class TestWhatPeopleSay:
    @pytest.mark.parametrize("route", PAGES)
    def test_is_text_on_a_page(self, console, route):
        pages = ""
        for address in addresses_of(PAGES[route], "dashboards"):
            response = console.get(address)
            assert response.status_code < 500, address
            refuse_live(response.content.decode(), address)
            pages += response.content.decode()
        assert pages
        assert SHOWN in pages or route not in SAY_IT

    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    @pytest.mark.parametrize("verb", VERBS, ids=" ".join)
    def test_is_text_in_a_verb(self, harness, verb, form):
        code, out, err = harness(*verb, *form)
        refuse_obeyed(code, out, err)
        if form:
            json.loads(out)

    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    @pytest.mark.parametrize("verb", OF_ONE, ids=lambda verb: " ".join(verb[:2]))
    def test_is_text_in_a_verb_of_one(self, harness, verb, form):
        *words, model = verb
        for number in model.objects.values_list("pk", flat=True):
            code, out, err = harness(*words, str(number), *form)
            refuse_obeyed(code, out, err)
            if form:
                json.loads(out)

    @pytest.mark.parametrize("route", ENDPOINTS)
    def test_is_text_to_a_program(self, route):
        program = APIClient(HTTP_AUTHORIZATION=bearer(User.objects.get(username="ada")))
        for address in addresses_of(ENDPOINTS[route], "migration-api"):
            response = program.get(address)
            assert response.status_code in (200, 403, 404, 405, 409), response.content
            if response["Content-Type"].startswith("application/json"):
                json.loads(response.content)
