"""A discrepancy exported as a test: it fails while the fault is there, and passes once it is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from igny8_core.auth.models import Account
from igny8_core.business.billing import remembered
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import DEMO_KEYS, seed_demo
from migration_harness import queries, testing

from .planted import plant

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.django_db, pytest.mark.legacy]


@pytest.fixture
def exported(db, monkeypatch, tmp_path):
    """The test of a discrepancy that a faulty candidate left in the log."""
    testing.forget()
    remembered.forget()
    seed_demo()
    plant(monkeypatch.setattr)
    CreditService.deduct_credits_for_operation(
        account=Account.objects.order_by("pk").first(),
        operation_type="clustering",
        model="gpt-5.1",
        usage=Usage(tokens_input=2_900, tokens_output=100),
        operation_id="test:1",
    )
    (found,) = queries.discrepancies()
    path = tmp_path / f"test_{found.signature}.py"
    call_command("harness", "discrepancies", "export", found.signature, "--pytest", str(path))
    return path


def run(path, *plugins):
    """Run the file as a developer does; returns how it ended and what was said."""
    named = [word for plugin in ("conftest", *plugins) for word in ("-p", plugin)]
    command = [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "--rootdir", ".", *named, str(path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    return ended.returncode, ended.stdout + ended.stderr


class TestExportedTest:
    def test_fails_with_the_fault_and_passes_without(self, exported):
        code, said = run(exported, "tests.acceptance.planted")
        assert (code, "assert 2 == 1" in said) == (1, True), said
        code, said = run(exported)
        assert (code, "1 passed" in said) == (0, True), said

    def test_is_of_a_small_call_and_reads_as_a_person_would_write_it(self, exported):
        text = exported.read_text()
        assert "usage=Usage(tokens_input=501, tokens_output=0)," in text
        assert "assert answer == 1" in text
        assert [key for key in DEMO_KEYS.values() if key in text] == []
