"""A host whose requests are transactions: what an operator changes is committed, and proven, before the answer."""

import pytest
from django.db import connections

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness import queries
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.deciding import acknowledgement
from migration_harness.models import Flag
from tests.tokens import bearer

from ..integration.console.browser import confirm, words

pytestmark = pytest.mark.usefixtures("selected")

FLAG = "model-based-credits"


@pytest.fixture(autouse=True)
def _requests_are_transactions(monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    # Whoever would wait in vain does so for a moment, and not for the five seconds of a person.
    monkeypatch.setattr(acknowledgement.wait_for, "__kwdefaults__", {"patience_seconds": 1.0})


@pytest.fixture
def operator(client):
    """A browser in which an operator is signed in; the other process has decided, so that it has to obey."""
    user, _ = User.objects.get_or_create(username="ada", is_staff=True, is_superuser=True)
    client.force_login(user)
    rollback.change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tester")
    CreditService.deduct_credits_for_operation(
        account=Account.objects.order_by("pk").first(), operation_type="clustering", model="gpt-5.1",
        usage=Usage(tokens_input=2_000, tokens_output=760), operation_id=f"atomic:{queries.flag_status(FLAG).epoch}",
    )  # fmt: skip
    return client


class TestRollback:
    def test_of_the_console_is_acknowledged(self, operator):
        page = words(confirm(operator, f"/migration/flags/{FLAG}/rollback/", reason=""))
        assert "1 process acknowledged" in page, page
        assert queries.flag_status(FLAG).everyone is False

    def test_of_a_program_is_acknowledged(self, operator):
        address, mark = (
            f"/api/v1/migration/flags/{FLAG}/rollback/",
            {"authorization": bearer(User.objects.get(username="ada"))},
        )
        answer = operator.post(address, {}, content_type="application/json", headers=mark)
        assert (answer.status_code, answer.json()["data"]["proof"]["holds"]) == (200, True), answer.json()
        assert len(answer.json()["data"]["proof"]["acknowledged"]) == 1

    def test_of_the_admin_is_acknowledged(self, operator):
        selected = {"action": "roll_back", "_selected_action": [Flag.objects.get(name=FLAG).pk]}
        page = operator.post("/admin/migration_harness/flag/", selected, follow=True)
        assert [told.level_tag for told in page.context["messages"]] == ["success"]
        assert queries.flag_status(FLAG).everyone is False
