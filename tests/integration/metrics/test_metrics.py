"""What Prometheus is told."""

import os
import shutil
import subprocess

import pytest
from prometheus_client.parser import text_string_to_metric_families

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.comparing.comparator import Verdict
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.unit_of_work import unit_of_work
from tests.people import trusted

TOKEN = "a token of this test"
CREDITS = "model-based-credits"


@pytest.fixture
def scrape(client, settings, demo):
    settings.HARNESS = settings.HARNESS | {"METRICS_TOKEN": TOKEN}

    def scrape(**headers):
        return client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", **headers})

    return scrape


@pytest.fixture
def values(scrape):
    """Scrape; returns a function from the name of a sample and its labels to its value, None without one."""

    def read():
        text = scrape().content.decode()
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return lambda name, **labels: next(
            (s.value for s in samples if s.name == name and labels.items() <= s.labels.items()), None
        )

    return read


def charge(number, *, tokens=3_000):
    CreditService.deduct_credits_for_operation(
        account=Account.objects.order_by("pk").first(),
        operation_type="clustering",
        model="gpt-5.1",
        usage=Usage(tokens_input=tokens - 100, tokens_output=100),
        operation_id=f"metrics:{number}",
    )


class TestMetrics:
    def test_begin_at_zero_for_every_verdict(self, values):
        value = values()
        counts = [value("harness_comparisons_total", seam="credits.text", verdict=each.value) for each in Verdict]
        assert counts == [0] * len(Verdict)

    def test_count_comparisons_and_sum_both_prices(self, values):
        for number in range(3):
            charge(number)
        value = values()
        assert value("harness_comparisons_total", seam="credits.text", verdict="intended") == 3
        assert value("harness_measure_total", seam="credits.text", side="control", unit="credits") == 60
        assert value("harness_measure_total", seam="credits.text", side="candidate", unit="credits") == 9
        assert value("harness_side_duration_seconds_count", seam="credits.text", side="control") == 3
        assert value("harness_side_duration_seconds_bucket", seam="credits.text", side="control", le="+Inf") == 3
        assert value("harness_last_comparison_timestamp_seconds", seam="credits.text") > 0

    def test_leave_replays_out(self, values):
        with unit_of_work(execution_path=ExecutionPath.REPLAY, run="r"):
            charge(0)
        assert values()("harness_comparisons_total", seam="credits.text", verdict="intended") == 0

    def test_tell_what_waits_for_a_review(self, values):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        charge(0)
        value = values()
        assert value("harness_comparisons_total", seam="credits.text", verdict="mismatch") == 1
        assert value("harness_discrepancies", seam="credits.text", state="open") == 1

    @pytest.mark.usefixtures("selected")
    def test_tell_who_is_on_the_candidate(self, values):
        before = values()("harness_epoch")
        change_flag(name=CREDITS, change=FlagChange(everyone=True), actor="ada")
        value = values()
        assert value("harness_epoch") == before + 1
        assert (value("harness_accounts"), value("harness_cohort_accounts", flag=CREDITS)) == (12, 12)
        assert value("harness_cohort_share_ratio", flag=CREDITS) == 1
        assert value("harness_flag_info", flag=CREDITS, stage="live", everyone="yes") == 1

    def test_tell_what_one_store_lacks(self, values, drifted):
        value = values()
        assert (value("harness_drift", seam="trial.store"), value("harness_drift_failed", seam="trial.store")) == (1, 1)
        assert 11_000 < value("harness_drift_oldest_seconds", seam="trial.store") < 12_000

    def test_are_named_as_prometheus_wants_it(self, scrape):
        charge(0)
        promtool = shutil.which("promtool") or unavailable()
        done = subprocess.run(
            [promtool, "check", "metrics"], input=scrape().content, capture_output=True, check=False, timeout=60
        )
        assert (done.returncode, done.stderr.decode()) == (0, "")


def unavailable():
    """Skip on a machine that cannot do it, except where all tests must run."""
    why = "promtool is not installed: `apt-get install prometheus`."
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


class TestAnswer:
    @pytest.mark.parametrize(
        ("accept", "content_type", "ends"),
        [
            ("", "text/plain", b"\n"),
            ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text", b"# EOF\n"),
            ("text/plain;version=nonsense", "text/plain", b"\n"),
        ],
    )
    def test_has_the_format_that_was_asked_for(self, scrape, accept, content_type, ends):
        response = scrape(Accept=accept)
        assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, content_type)
        assert response.content.endswith(ends)
        assert "no-store" in response["Cache-Control"]

    def test_has_no_secret(self, scrape, settings):
        text = scrape().content.decode()
        assert TOKEN not in text
        assert settings.HARNESS["FINGERPRINT_KEY"] not in text
        assert Account.objects.first().name not in text

    def test_is_an_error_and_not_half_a_page_where_a_part_fails(self, scrape, monkeypatch, caplog):
        def broken():
            raise RuntimeError("no such table")
            yield

        monkeypatch.setattr("migration_harness.metrics.waiting.metrics", broken)
        response = scrape()
        assert (response.status_code, b"harness_comparisons" in response.content) == (500, False)
        assert "harness.metrics_failed" in caplog.text


class TestAccess:
    @pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Token {TOKEN}", "Bearer \xe9"])
    def test_without_the_token_is_refused(self, scrape, given):
        response = scrape(Authorization=given)
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")

    def test_where_no_token_is_set_is_refused(self, scrape, settings):
        settings.HARNESS = settings.HARNESS | {"METRICS_TOKEN": ""}
        assert scrape(Authorization="Bearer ").status_code == 401

    def test_of_a_customer_is_refused(self, scrape, client):
        client.force_login(User.objects.create_user("cora", account=Account.objects.first()))
        assert scrape(Authorization="").status_code == 403

    def test_of_an_operator_is_granted(self, scrape, client):
        client.force_login(trusted("ada"))
        assert scrape(Authorization="").status_code == 200

    def test_is_for_reading(self, client, demo):
        assert client.post("/metrics").status_code == 405
