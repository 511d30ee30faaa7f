"""A demo in which something fails: it says what, goes on, and ends as a failure."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from igny8_core.ai import operations
from igny8_core.ai.exceptions import ProviderRefused
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.demo import buttons, runs

STEPS = {
    "settings page": (buttons, "model_choices"),
    "clustering": (operations, "cluster_keywords"),
    "keywords": (buttons, "import_demo_keywords"),
    "linker": (LinkerService, "link"),
    "optimizer": (OptimizerService, "optimize"),
    "Run Now": (runs, "run_now"),
    "scheduled run": (runs, "run_by_the_clock"),
}
ERRORS = [KeyError("tokens_per_credit"), OperationalError("server closed\nthe connection"), AssertionError()]


@pytest.fixture
def demo_run(demo, monkeypatch):
    """Use the demo without a worker and without a provider; returns what it said, and its error."""
    quick = {
        "run_now": lambda _site: "completed, 7 credits",
        "run_by_the_clock": lambda _site: "completed, 9 credits",
    }
    for name, answer in quick.items():
        monkeypatch.setattr(runs, name, answer)

    def unanswered(**_more):
        raise ProviderRefused("not asked", provider="openai", model="gpt-5.1")

    for owner, name in ((operations, "cluster_keywords"), (operations, "generate_ideas")):
        monkeypatch.setattr(owner, name, unanswered)

    def use():
        said, error = StringIO(), None
        try:
            call_command("demo", stdout=said)
        except CommandError as raised:
            error = raised
        return said.getvalue(), error

    return use


def plant(monkeypatch, step, error):
    owner, name = STEPS[step]

    def fails(*_args, **_more):
        raise error

    monkeypatch.setattr(owner, name, staticmethod(fails) if isinstance(owner, type) else fails)


class TestFailingStep:
    def test_does_not_happen_where_everything_is_a_refusal_at_most(self, demo_run):
        said, error = demo_run()
        assert error is None
        assert "failed" not in said

    @pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
    @pytest.mark.parametrize("step", ["settings page", "clustering", "keywords", "Run Now", "scheduled run"])
    def test_is_told_in_one_line_and_everything_after_it_is_done(self, demo_run, monkeypatch, step, error):
        plant(monkeypatch, step, error)
        said, ended = demo_run()
        assert f"  failed: {type(error).__name__}" in said
        assert all(line.strip() for line in said.splitlines())
        assert "Traceback" not in said
        assert "an automation by the clock" in said
        assert [credits_ in said for credits_ in ("7 credits", "9 credits")] == [
            step != "Run Now",
            step != "scheduled run",
        ]
        assert "everything else was done" in str(ended)

    def test_is_also_an_account_that_is_missing(self, demo_run):
        from igny8_core.auth.models import Account

        Account.objects.filter(name="Cedar Clinic").update(name="Cedar Hospital")
        said, ended = demo_run()
        assert "account 'Cedar Clinic' is missing" in said
        assert "9 credits" in said
        assert ended is not None

    def test_does_not_swallow_the_end_of_the_process(self, demo_run, monkeypatch):
        plant(monkeypatch, "Run Now", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            demo_run()


class TestServices:
    """The linker and the optimizer: a refusal is none of the demo's failures, an error of one stops not the other."""

    @pytest.fixture
    def content(self, demo):
        from igny8_core.auth.models import Site
        from igny8_core.modules.writer.models import Content

        site = Site.objects.get(account__name="Blue Harbour")
        Content.objects.create(account=site.account, site=site, title="A barn", html="<p>A barn.</p>")
        return site

    @pytest.mark.parametrize(
        ("error", "told"),
        [(ProviderRefused("no", provider="openai", model="gpt-5.1"), []), (KeyError("x"), ["failed: KeyError: 'x'"])],
        ids=["refusal", "error"],
    )
    def test_go_on_after_each_other(self, content, monkeypatch, error, told):
        plant(monkeypatch, "linker", error)
        plant(monkeypatch, "optimizer", error)
        said = []
        buttons.call_the_services(content, failed=said.append)
        assert said == told * 2
