"""One database with every hostile text, for all that looks at it."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.business.optimizer.models import OptimizationTask
from igny8_core.seed import seed_demo
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing.reviews import add_note, assign, review_discrepancy
from tests.hostile import HOSTILE
from tests.integration.forecasting import kept_now
from tests.integration.service_api.rows import one_of_each
from tests.people import trusted

from .filling import fill
from .rest import one_of_the_rest, sign_the_newest_forecast


@pytest.fixture(scope="package")
def hostile(django_db_setup, django_db_blocker, tmp_path_factory):
    """Fill the database; returns what was refused."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), media, transaction.atomic():
        seed_demo()
        account = Account.objects.order_by("pk").first()
        User.objects.create_user("dora", account=account)
        trusted("ada")
        for name in ("model-selection", "model-based-credits", "ai-models-endpoint"):
            change_flag(name=name, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="clustering", model="gpt-5.1",
            usage=Usage(tokens_input=2_900, tokens_output=100), operation_id="walk",
        )  # fmt: skip
        one_of_each(Account.objects.order_by("-pk").first())
        (found,) = queries.discrepancies()
        add_note(signature=found.signature, text="n", actor="ada")
        assign(signature=found.signature, assignee="ada", actor="ada", reason="r")
        state = DiscrepancyReview.State.ACKNOWLEDGED
        review_discrepancy(signature=found.signature, state=state, actor="ada", reason="r")
        kept_now()
        call_command("harness", "replay", "--recorded", "1d", "--json")
        OptimizationTask.objects.update(scores_before={"total": 1}, scores_after={"total": 2})
        one_of_the_rest()
        record_words([text for text in HOSTILE.values() if len(text) < 1_000], account)
        refused = fill()
        sign_the_newest_forecast()
        yield refused
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _filled(hostile, db):
    """Look at the hostile database; each test takes back what it does."""


@pytest.fixture
def console():
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


def record_words(words, account):
    """Write a comparison of a call whose kind is these words, as if a host's function had named them."""
    typed = [str(account.pk), HOSTILE["rich"], words, HOSTILE["escape"], HOSTILE["bidi"]]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, execution_path, verdict, "
            "signature, control_measure, candidate_measure, control_ns, candidate_ns, run, account_id, account_plan, "
            "group_by, operation_id, request_id) VALUES (now(), 'credits.text', 1, 'shadow', 'direct', 'mismatch', "
            "'abcdefabcdef', 10, 3, 1, 1, '', %s, %s, %s, %s, %s)",
            typed,
        )
